// Engines that are sent to another gateway (RFC 5685), which is at 192.0.2.3.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/engine/rekeyable_ike.h"

namespace xfrmd::tests {

inline constexpr auto kAuth = wire::ExchangeType::ike_auth;
inline constexpr auto kInformational = wire::ExchangeType::informational;
inline constexpr auto kOther = "192.0.2.3";

inline wire::Notify redirect_to(const std::string& gateway, const base::Bytes& nonce = {}) {
    const base::Address to = address(gateway);
    base::Bytes data{static_cast<std::uint8_t>(to.is_v6() ? 2 : 1), static_cast<std::uint8_t>(to.size())};
    base::append(data, to.bytes());
    base::append(data, nonce);
    return notify(wire::NotifyType::redirect, data);
}

inline ConnectionWords words_of(const std::string& gateway) {
    ConnectionWords words = mirrored({});
    words.local = gateway;
    return words;
}

inline ike::Options deaf() {
    ike::Options options;
    options.follow_redirects = false;
    return options;
}

inline std::vector<const Parcel*> first_requests(const Host& host) {
    std::vector<const Parcel*> requests;
    for (const Parcel& parcel : host.sent) {
        const bool is_request = (parcel.bytes.at(19) & 0x20) == 0;
        if (parcel.bytes.at(18) == static_cast<std::uint8_t>(wire::ExchangeType::ike_sa_init) && is_request)
            requests.push_back(&parcel);
    }
    return requests;
}

// The engine has called 192.0.2.2, where nobody is but the script.
struct Called : Lonely {
    explicit Called(ike::Options options = {}) : Lonely({}, options) {
        operation = wire.initiate(host, "192.0.2.2");
        wire.settle();
    }
    base::Bytes own_nonce() const { return read(host.sent.back().bytes).clear.nonce->data; }
    void redirect(const wire::Notify& notify) { tell(refusal(host.sent.back().bytes, notify)); }

    std::uint64_t operation = 0;
};

struct ThreeGateways : Gateways {
    explicit ThreeGateways(const ConnectionWords& words = two_children(), ike::Options options = {})
        : Gateways(words, options) {
        ConnectionWords theirs = mirrored(words);
        theirs.local = kOther;
        other = &wire.add(kOther, snapshot(theirs));
        connect("net");
        if (words.children.size() > 1) connect("second");
        REQUIRE(disagreement() == "");
    }
    std::uint64_t redirect() {
        right.begun.push_back(1000);
        wire.feed(right, ike::Redirect{ike::OperationId{1000}, live(right).sa().id, address(kOther)});
        wire.settle();
        return 1000;
    }

    Host* other = nullptr;
};

}  // namespace xfrmd::tests
