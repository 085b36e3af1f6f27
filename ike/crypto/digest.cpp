#include "ike/crypto/digest.h"

#include <memory>

#include <botan/hash.h>

namespace xfrmd::crypto {

namespace {

std::unique_ptr<Botan::HashFunction> hashed(const std::string& name, base::ByteView bytes) {
    auto hash = Botan::HashFunction::create_or_throw(name);
    hash->update(bytes);
    return hash;
}

template <typename Digest>
Digest fixed(const char* name, base::ByteView bytes) {
    Digest out{};
    hashed(name, bytes)->final(std::span<std::uint8_t>(out));
    return out;
}

}  // namespace

Sha1 sha1(base::ByteView bytes) { return fixed<Sha1>("SHA-1", bytes); }

Sha256 sha256(base::ByteView bytes) { return fixed<Sha256>("SHA-256", bytes); }

base::Bytes digest(const std::string& hash, base::ByteView bytes) { return hashed(hash, bytes)->final_stdvec(); }

}  // namespace xfrmd::crypto
