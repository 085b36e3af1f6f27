// Two gateways, or one and a scripted peer, whose IKE SA is to be rekeyed.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <stdexcept>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

inline const ikev2::sa::IkeSa& live(const Host& host) {
    for (const auto* sa : host.sas()) {
        if (sa->established() != nullptr && !sa->established()->is_succeeded) return *sa;
    }
    throw std::runtime_error("no IKE SA");
}

struct RekeyableIke : Gateways {
    explicit RekeyableIke(const ConnectionWords& words = {}) : RekeyableIke(words, mirrored(words)) {}
    RekeyableIke(const ConnectionWords& left_words, const ConnectionWords& right_words)
        : Gateways(left_words, right_words) {
        connect();
        REQUIRE(disagreement() == "");
    }
    std::uint64_t rekey(Host& host) { return wire.rekey(host, live(host).sa().id); }
};

// One IKE SA with the one child, which nobody has touched.
inline void expect_one(Gateways& gateways, ike::EspSpi spi_in) {
    gateways.wire.run_for(seconds(60));
    for (const Host* host : {&gateways.left, &gateways.right}) {
        CHECK(host->engine.size() == 1);
        REQUIRE(live(*host).established()->children.size() == 1);
    }
    CHECK(live(gateways.left).established()->children.at(0).spi_in == spi_in);
    CHECK(gateways.disagreement() == "");
}

inline bool is_informational(const Parcel& parcel) {
    return parcel.bytes.at(18) == static_cast<std::uint8_t>(wire::ExchangeType::informational);
}

// The peer asks for the rekeying of the IKE SA, and is refused with this.
inline bool is_refused(Lonely& lonely, std::uint8_t id, wire::NotifyType type) {
    const auto answers = lonely.tell(
        lonely.peer.protect(wire::ExchangeType::create_child_sa, id, false, ScriptedPeer::ike_rekeying(id)));
    return lonely.peer.open(answers.at(0))->find(type) != nullptr;
}

// Rekeyed by the engine, which waits for the answer, and by the peer.
struct Crossed : Lonely {
    Crossed() {
        establish();
        old = sa()->sa().id;
        operation = wire.rekey(host, old);
        CHECK_FALSE(is_refused(*this, 2, wire::NotifyType::temporary_failure));
        REQUIRE(host.engine.size() == 2);
    }
    void remove_rival() {
        wire.clear(host, host.sas().at(1)->sa().id, {}, true);
        REQUIRE(host.engine.size() == 1);
    }
    void answer(const Payloads& payloads) {
        tell(peer.protect(wire::ExchangeType::create_child_sa, 0, true, payloads));
    }

    ike::IkeSaId old{};
    std::uint64_t operation = 0;
};

}  // namespace xfrmd::tests
