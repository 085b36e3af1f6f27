// Two gateways with one child that is to be rekeyed, and what has to be so afterwards.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <stdexcept>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

inline const ikev2::sa::ChildSa& first_child(const Host& host) {
    return host.sas().at(0)->established()->children.at(0);
}
inline ike::IkeSaId ike_sa(const Host& host) { return host.sas().at(0)->sa().id; }

inline std::size_t live_children(const Host& host) {
    std::size_t count = 0;
    for (const auto* sa : host.sas()) {
        if (sa->established() == nullptr) continue;
        for (const auto& child : sa->established()->children) count += child.state != ikev2::sa::ChildState::retired;
    }
    return count;
}

// Both send on SAs that the other one has.
inline bool traffic_flows(const Gateways& gateways) {
    const auto arrives = [](const Host& from, const Host& to) {
        const auto* out = from.kernel.outbound("net");
        for (const auto* child : to.kernel.list()) {
            if (out != nullptr && child->spi_in == out->spi_out) return true;
        }
        return false;
    };
    return arrives(gateways.left, gateways.right) && arrives(gateways.right, gateways.left);
}

inline void expect_one_child(Gateways& gateways) {
    gateways.wire.run_for(seconds(30));
    CHECK(live_children(gateways.left) == 1);
    CHECK(live_children(gateways.right) == 1);
    CHECK(gateways.left.kernel.children().size() == 1);
    CHECK(traffic_flows(gateways));
    CHECK(gateways.disagreement() == "");
}

inline std::size_t crossings(const Host& host) {
    return static_cast<std::size_t>(
        std::count_if(host.reports.begin(), host.reports.end(),
                      [](const ike::Report& report) { return report.text.find(" crossed; ") != std::string::npos; }));
}

struct RekeyableChild : Gateways {
    explicit RekeyableChild(const ConnectionWords& words = {}) : Gateways(words) {
        connect();
        REQUIRE(disagreement() == "");
        wire.on_the_way = [this](Parcel&) {
            CHECK(traffic_flows(*this));
            return true;
        };
    }
    std::uint64_t rekey(Host& host) { return wire.rekey(host, ike_sa(host), first_child(host).id); }
};

}  // namespace xfrmd::tests
