// Engines that tell tokens for quick crash detection (RFC 6290).
#pragma once

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/engine/hostile.h"

namespace xfrmd::tests {

inline ike::Options with_secret(std::uint8_t number) {
    static const base::SecretBytes secrets[]{base::SecretBytes(base::Bytes(32, 0)),
                                             base::SecretBytes(base::Bytes(32, 1))};
    ike::Options options;
    options.token_secret = &secrets[number];
    return options;
}

inline std::optional<base::Bytes> token_in(const wire::Payloads& payloads) {
    const wire::Notify* notify = payloads.find(wire::NotifyType::qcd_token);
    if (notify == nullptr) return std::nullopt;
    CHECK(notify->protocol == policy::ProtocolId::ike);
    CHECK(notify->spi.empty());
    return notify->data;
}

inline wire::Notify token(base::Bytes bytes) {
    return {policy::ProtocolId::ike, {}, wire::NotifyType::qcd_token, std::move(bytes)};
}

// What the peer, as initiator, is told in IKE_AUTH; it tells `own`, if that is anything.
inline wire::Payloads establish(Lonely& lonely, const base::Bytes& own = {}) {
    lonely.begin();
    Payloads request = lonely.peer.auth_request();
    if (!own.empty()) request.emplace_back(token(own));
    const auto sent = lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, request));
    REQUIRE(lonely.host.established() == 1);
    return lonely.peer.open(sent.at(0)).value();
}

}  // namespace xfrmd::tests
