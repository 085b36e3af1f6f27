#include "ike/crypto/sk_cipher.h"

#include <algorithm>
#include <exception>

#include "ike/crypto/sk_protection.h"

namespace xfrmd::crypto {

using base::Bytes;
using base::ByteView;
using base::Reason;
using base::Result;
using base::SecretBytes;

namespace {

std::size_t padded_size(std::size_t plaintext, std::size_t block) {
    return (plaintext + 1 + block - 1) / block * block;  // 1 for the Pad Length itself
}

}  // namespace

std::size_t SkProtection::sealed_size(std::size_t plaintext) const {
    return cipher_.iv_bytes + padded_size(plaintext, cipher_.block_bytes) + icv_bytes_;
}

Bytes SkProtection::layout(ByteView plaintext) const {
    Bytes out(sealed_size(plaintext.size()));
    std::ranges::copy(plaintext, out.begin() + cipher_.iv_bytes);
    const std::size_t padding = padded_size(plaintext.size(), cipher_.block_bytes) - plaintext.size() - 1;
    out[out.size() - icv_bytes_ - 1] = static_cast<std::uint8_t>(padding);
    return out;
}

Result<void> SkProtection::check_size(std::size_t sealed) const {
    const std::size_t around = cipher_.iv_bytes + icv_bytes_;
    if (sealed < around + cipher_.block_bytes) return base::fail(Reason::EncryptedPayloadMalformed, "too short");
    if ((sealed - around) % cipher_.block_bytes != 0) {
        return base::fail(Reason::EncryptedPayloadMalformed, "not a number of whole blocks");
    }
    return {};
}

// RFC 7296 3.14: the recipient must accept any length that is aligned, and the padding may hold any values.
Result<Bytes> SkProtection::strip(ByteView padded) {
    const std::size_t trailer = std::size_t{padded.back()} + 1;
    if (trailer > padded.size()) return base::fail(Reason::EncryptedPayloadMalformed, "more padding than data");
    return base::to_bytes(padded.first(padded.size() - trailer));
}

SkCipher::SkCipher(const IkeSuite& suite, SecretBytes encryption_key, const SecretBytes& integrity_key)
    : protection_(suite.integrity
                      ? make_sk_encrypt_then_mac(suite, *suite.integrity, std::move(encryption_key), integrity_key)
                      : make_sk_aead(suite, std::move(encryption_key))) {}

SkCipher::SkCipher(SkCipher&&) noexcept = default;
SkCipher& SkCipher::operator=(SkCipher&&) noexcept = default;
SkCipher::~SkCipher() = default;

std::size_t SkCipher::sealed_size(std::size_t plaintext) const { return protection_->sealed_size(plaintext); }

Bytes SkCipher::seal(ByteView associated, ByteView plaintext, base::Random& random) {
    return protection_->seal(associated, plaintext, random).value_or(Bytes());
}

Result<Bytes> SkCipher::open(ByteView associated, ByteView sealed) {
    try {
        return protection_->open(associated, sealed);
    } catch (const std::exception& error) {
        // Such as associated data beyond what Botan's CCM takes: nothing that could be authentic.
        return base::fail(Reason::IntegrityCheckFailed, error.what());
    }
}

}  // namespace xfrmd::crypto
