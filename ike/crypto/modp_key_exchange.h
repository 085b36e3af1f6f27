// Diffie-Hellman in the MODP groups. Internal to ike/crypto; errors and callers as in key_exchange.h.
#pragma once

#include "ike/crypto/key_exchange.h"
#include "ike/crypto/modp_groups.h"

namespace xfrmd::crypto {

// May throw what Botan throws.
base::Result<std::unique_ptr<KeyExchange>> make_modp_key_exchange(const ModpGroup& group, base::Random& random);

}  // namespace xfrmd::crypto
