// A scripted peer, as initiator, whose IKE SA has an additional key exchange (RFC 9370 2.2.2): x25519, then ML-KEM-768.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <memory>

#include "ike/base/writer.h"
#include "tests/unit/engine/hostile.h"

namespace xfrmd::tests {

inline const std::string kHybrid = "aes128-sha256-x25519-ke1_mlkem768";

// RFC 9242 3.3.2, by hand: IntAuth_A, the header and that of SK with lengths that count nothing but the inner payloads,
// and IntAuth_P, those.
inline base::Bytes covered(base::ByteView message, const Payloads& inner) {
    constexpr std::size_t kPrefix = 28 + 4;
    const base::Bytes plain = wire::encode_inner(inner);
    base::Bytes content(message.begin(), message.begin() + kPrefix);
    const base::Bytes length = base::Writer().u32(static_cast<std::uint32_t>(kPrefix + plain.size())).take();
    const base::Bytes sk_length = base::Writer().u16(static_cast<std::uint16_t>(4 + plain.size())).take();
    std::ranges::copy(length, content.begin() + 24);
    std::ranges::copy(sk_length, content.begin() + 30);
    base::append(content, plain);
    return content;
}

struct Hybrid : Lonely {
    explicit Hybrid(const std::string& additional = "-ke1_mlkem768")
        : Lonely(ConnectionWords{.ike = "aes128-sha256-x25519" + additional}) {
        peer = ScriptedPeer(7, additional);
    }

    Payloads value(policy::KeyExchangeId method = policy::KeyExchangeId::mlkem768) {
        ours = crypto::KeyExchange::make(method, random).value();
        return {wire::KeyExchangePayload{method, ours->public_value()}};
    }
    // IKE_SA_INIT, and the one IKE_INTERMEDIATE there is.
    void exchange() {
        begin();
        request = value();
        sent = peer.protect(wire::ExchangeType::ike_intermediate, 1, false, request);
        take(tell(sent).at(0));
    }
    void take(const base::Bytes& answer) {
        const auto payloads = peer.open(answer).value();
        REQUIRE(payloads.key_exchange);
        const auto secret = ours->shared_secret(payloads.key_exchange->data);
        base::Bytes all = peer.int_auth_sent(covered(sent, request));
        base::append(all, peer.int_auth_received(covered(answer, {*payloads.key_exchange})));
        base::append(all, base::Bytes{0, 0, 0, 2});
        peer.int_auth = all;
        peer.update_keys(*secret);
    }
    std::vector<base::Bytes> authenticate() {
        return tell(peer.protect(wire::ExchangeType::ike_auth, 2, false, peer.auth_request()));
    }

    SeededRandom random{21};
    std::unique_ptr<crypto::KeyExchange> ours;
    Payloads request;
    base::Bytes sent;
};

}  // namespace xfrmd::tests
