// Pseudo-random functions and prf+ (RFC 7296 2.13). A Prf keeps its keyed state, so that prf+ and AUTH pay for the key
// schedule once. Single-threaded; Botan stays behind this header.
#pragma once

#include <initializer_list>
#include <memory>

#include "ike/base/bytes.h"
#include "ike/base/secret_bytes.h"
#include "ike/policy/transform.h"

namespace xfrmd::crypto {

class Prf {
public:
    // Any key length is taken; AES-XCBC and AES-CMAC PRFs fit it as RFC 4434 and RFC 4615 say. An id that
    // is_available() refuses is a programming error and throws std::invalid_argument: take ids from a Suite.
    Prf(policy::PrfId id, base::ByteView key);
    Prf(Prf&&) noexcept;
    Prf& operator=(Prf&&) noexcept;
    ~Prf();

    // The function over the concatenation of `parts`.
    base::SecretBytes operator()(std::initializer_list<base::ByteView> parts);
    // prf+ (K, seed), RFC 7296 2.13. `size` is at most 255 outputs, which no suite comes near.
    base::SecretBytes plus(std::initializer_list<base::ByteView> seed, std::size_t size);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

std::size_t output_bytes(policy::PrfId id);
// Preferred key length, which is that of SK_d and SK_p (RFC 7296 2.14).
std::size_t key_bytes(policy::PrfId id);

}  // namespace xfrmd::crypto
