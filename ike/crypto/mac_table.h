// What integrity and PRF transforms are made of, and how to get a message authentication code of that name from Botan.
// Internal to ike/crypto.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <botan/mac.h>

#include "ike/policy/transform.h"

namespace xfrmd::crypto {

struct IntegrityTraits {
    policy::IntegrityId id;
    std::string_view name;
    std::uint8_t key_bytes;
    std::uint8_t icv_bytes;  // what stays of the output on the wire
};

struct PrfTraits {
    policy::PrfId id;
    std::string_view name;
    std::string_view hash;      // inside the HMAC; empty for AES-based ones
    std::uint8_t output_bytes;  // and preferred key length: they agree for all of them
};

// nullptr for one this build does not know.
const IntegrityTraits* find_integrity(policy::IntegrityId id);
const PrfTraits* find_prf(policy::PrfId id);

// Not keyed yet. Throws Botan::Lookup_Error for a name that is not from the tables.
std::unique_ptr<Botan::MessageAuthenticationCode> make_mac(std::string_view name);

}  // namespace xfrmd::crypto
