// Two gateways of which one authenticates again, and what has to be so then.
#pragma once

#include <algorithm>

#include "tests/unit/engine/rekeyable_ike.h"

namespace xfrmd::tests {

inline ConnectionWords two_children(seconds reauth_time) {
    ConnectionWords words = two_children();
    words.reauth_time = reauth_time;
    words.over_time = seconds(20);
    return words;
}

inline ConnectionWords without_reauth(ConnectionWords words) {
    words.reauth_time = seconds(0);
    return words;
}

inline std::size_t times_begun(const Host& host) {
    return static_cast<std::size_t>(std::count_if(host.sent.begin(), host.sent.end(), [](const Parcel& parcel) {
        const bool marked = parcel.from.port == 4500;
        const std::size_t at = marked ? 4 : 0;
        const bool is_request = (parcel.bytes.at(at + 19) & 0x20) == 0;
        return parcel.bytes.at(at + 18) == static_cast<std::uint8_t>(wire::ExchangeType::ike_sa_init) && is_request;
    }));
}

struct Reauthenticated : Gateways {
    explicit Reauthenticated(const ConnectionWords& left_words, const ConnectionWords& right_words)
        : Gateways(left_words, right_words) {
        connect("net");
        if (left_words.children.size() > 1) connect("second");
        REQUIRE(disagreement() == "");
        id = live(left).sa().id;
        spi = live(left).sa().spi_i;
        for (const auto& child : live(left).established()->children) numbers.push_back(child.number);
        begun = times_begun(left);
    }
    bool is_another() const { return live(left).sa().spi_i != spi; }
    // The same to operators, however it was done.
    void expect_same_numbers() const {
        CHECK(live(left).sa().id == id);
        std::vector<ike::ChildSaId> now;
        for (const auto& child : live(left).established()->children) now.push_back(child.number);
        CHECK(now == numbers);
    }
    void expect_settled() const {
        CHECK(left.engine.size() == 1);
        CHECK(right.engine.size() == 1);
        CHECK(left.kernel.children().size() == numbers.size());
        CHECK(disagreement() == "");
    }

    ike::IkeSaId id{};
    wire::IkeSpi spi{};
    std::vector<ike::ChildSaId> numbers;
    std::size_t begun = 0;
};

}  // namespace xfrmd::tests
