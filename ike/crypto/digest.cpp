#include "ike/crypto/digest.h"

#include <memory>

#include <botan/hash.h>

namespace xfrmd::crypto {

namespace {

template <typename Digest>
Digest digest(const char* name, base::ByteView bytes) {
    Digest out{};
    const auto hash = Botan::HashFunction::create_or_throw(name);
    hash->update(bytes);
    hash->final(std::span<std::uint8_t>(out));
    return out;
}

}  // namespace

Sha1 sha1(base::ByteView bytes) { return digest<Sha1>("SHA-1", bytes); }

Sha256 sha256(base::ByteView bytes) { return digest<Sha256>("SHA-256", bytes); }

}  // namespace xfrmd::crypto
