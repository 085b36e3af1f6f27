// ML-KEM (FIPS 203; draft-ietf-ipsecme-ikev2-mlkem): the initiator's value is an encapsulation key, the responder's a
// ciphertext. Internal to ike/crypto; errors and callers as in key_exchange.h.
#pragma once

#include <cstdint>

#include "ike/crypto/key_exchange.h"

namespace xfrmd::crypto {

struct MlKem {
    policy::KeyExchangeId id;
    std::uint16_t encapsulation_key_bytes;
    std::uint16_t ciphertext_bytes;
};

// nullptr for what is none.
const MlKem* find_ml_kem(policy::KeyExchangeId id);

// May throw what Botan throws.
base::Result<std::unique_ptr<KeyExchange>> make_ml_kem_key_exchange(const MlKem& kem, base::Random& random);

// The responder's part.
base::Result<KeyExchangeAnswer> encapsulate(const MlKem& kem, base::ByteView encapsulation_key, base::Random& random);

}  // namespace xfrmd::crypto
