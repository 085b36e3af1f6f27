// Plain hashes, as names of keys and certificates: nothing here is keyed.
#pragma once

#include <array>
#include <cstdint>

#include <string>

#include "ike/base/bytes.h"

namespace xfrmd::crypto {

using Sha1 = std::array<std::uint8_t, 20>;
using Sha256 = std::array<std::uint8_t, 32>;

Sha1 sha1(base::ByteView bytes);
Sha256 sha256(base::ByteView bytes);
// By the hash that Botan knows by this name; there has to be one.
base::Bytes digest(const std::string& hash, base::ByteView bytes);

}  // namespace xfrmd::crypto
