// Keys from passphrases as PKCS#12 makes them (RFC 7292 B.2). Internal to ike/crypto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "ike/base/secret_bytes.h"

namespace xfrmd::crypto {

enum class Pkcs12Purpose : std::uint8_t { encryption = 1, iv = 2, mac = 3 };

// More would hang whoever reads such a file.
inline constexpr std::size_t kMostIterations = 10'000'000;

// `hash` by Botan's name, SHA-1 or SHA-2. `passphrase` in UTF-8, of which what is not becomes U+FFFD.
base::SecretBytes derive_pkcs12_key(const std::string& hash, Pkcs12Purpose purpose, base::ByteView passphrase,
                                    base::ByteView salt, std::size_t iterations, std::size_t size);

}  // namespace xfrmd::crypto
