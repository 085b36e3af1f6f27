// Diffie-Hellman on elliptic curves: the ECP groups (RFC 5903, 5114, 6954), X25519 and X448 (RFC 8031). Internal to
// ike/crypto; errors and callers as in key_exchange.h.
#pragma once

#include <cstdint>

#include "ike/crypto/key_exchange.h"

namespace xfrmd::crypto {

struct Curve {
    policy::KeyExchangeId id;
    const char* group;  // Botan's name of an ECP group; empty for the curves of RFC 7748
    std::uint8_t public_bytes;
};

// nullptr for what is no curve.
const Curve* find_curve(policy::KeyExchangeId id);

// `random` is kept, to blind the computation with the peer's point. May throw what Botan throws.
base::Result<std::unique_ptr<KeyExchange>> make_curve_key_exchange(const Curve& curve, base::Random& random);

}  // namespace xfrmd::crypto
