// A gateway that wants certificates, facing a peer that holds the keys of the IKE SA and says anything in IKE_AUTH. An
// input: an octet of flags, the type of the first payload, and the payloads as they stand inside SK. With the flag
// kSigned AUTH is made anew, by the key of the peer's certificate and for whomever it says it is, which random octets
// never hit. Each run begins with the same random numbers, so that a recorded AUTH stays right.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>

#include "tests/fuzz/decode_round_trip.h"
#include "tests/support/certified_peer.h"
#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

constexpr std::uint8_t kSigned = 1;

inline void require(bool holds) {
    if (!holds) std::abort();
}

struct Gateway : Lonely {
    Gateway() : Lonely(all().gateway("")) { wire.feed(host, test_time_of_day(wire.now())); }

    static const Certified& all() {
        static const Certified certified;
        return certified;
    }

    // The peer's IKE_AUTH message of this input; nullopt where there is nothing to sign in it.
    std::optional<base::Bytes> message(base::ByteView input, bool is_response) {
        const auto first = static_cast<wire::PayloadType>(input[1]);
        const base::ByteView inner = input.subspan(2);
        constexpr auto kAuth = wire::ExchangeType::ike_auth;
        if ((input[0] & kSigned) == 0) return peer.protect_raw(kAuth, 1, is_response, first, inner);
        auto payloads = wire::decode_inner(first, inner);
        if (!payloads || !payloads->auth) return std::nullopt;
        const auto& who = is_response ? payloads->id_r : payloads->id_i;
        if (!who) return std::nullopt;
        payloads->auth = all().sign(peer, *who);
        return peer.protect(kAuth, 1, is_response, wire::listed(*payloads));
    }

    // Whoever is authenticated is named by the one certificate whose key has signed; whoever is not is counted.
    void check() const {
        require(host.kernel.complaints().empty());
        require(disagreement_inside(host).empty());
        require(host.sas().size() <= 1);
        if (host.established() == 0) return require(host.counted() > 0);
        const policy::Identity& who = host.sas().front()->established()->remote_id;
        const auto same = [](std::uint8_t a, std::uint8_t b) { return std::tolower(a) == std::tolower(b); };
        const base::ByteView name = base::as_bytes("b.example");
        if (who.type == policy::IdentityType::fqdn) return require(std::ranges::equal(who.data, name, same));
        if (who.type == policy::IdentityType::ipv4_address) return require(who == identity("192.0.2.2"));
        require(all().end().names(who));
    }
};

}  // namespace xfrmd::tests
