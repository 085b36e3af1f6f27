// The MODP groups as parameters (RFC 2409 6, RFC 3526, RFC 5114 2). Internal to ike/crypto.
#pragma once

#include <cstdint>
#include <optional>

#include <botan/dl_group.h>

#include "ike/policy/transform.h"

namespace xfrmd::crypto {

struct ModpGroup {
    policy::KeyExchangeId id;
    std::uint16_t prime_bits;
    std::uint16_t exponent_bits;  // of our private value
    bool has_subgroup;            // q is set: a peer's value must be of that order (RFC 6989 2.2)

    Botan::DL_Group parameters() const;
};

// nullptr for what is no MODP group.
const ModpGroup* find_modp_group(policy::KeyExchangeId id);

}  // namespace xfrmd::crypto
