// The two ways to protect an Encrypted payload: with an AEAD (RFC 5282), or encrypt, then MAC (RFC 7296 3.14). Internal to
// ike/crypto; what the functions promise stands in sk_cipher.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <botan/cipher_mode.h>

#include "ike/base/random.h"
#include "ike/base/result.h"
#include "ike/base/secret_bytes.h"
#include "ike/crypto/cipher_table.h"
#include "ike/crypto/suite.h"

namespace xfrmd::crypto {

class SkProtection {
public:
    virtual ~SkProtection() = default;
    SkProtection(const SkProtection&) = delete;
    SkProtection& operator=(const SkProtection&) = delete;

    std::size_t sealed_size(std::size_t plaintext) const;
    // nullopt when the IVs are used up.
    virtual std::optional<base::Bytes> seal(base::ByteView associated, base::ByteView plaintext, base::Random& random) = 0;
    // May throw what Botan throws.
    virtual base::Result<base::Bytes> open(base::ByteView associated, base::ByteView sealed) = 0;

protected:
    SkProtection(const CipherTraits& cipher, std::size_t icv_bytes) : cipher_(cipher), icv_bytes_(icv_bytes) {}

    // The sealed message before encryption: room for the IV, then plaintext, padding and Pad Length, then room for the ICV.
    base::Bytes layout(base::ByteView plaintext) const;
    // RFC 7296 3.14: room for IV, Pad Length and ICV, and whole blocks. Error: EncryptedPayloadMalformed.
    base::Result<void> check_size(std::size_t sealed) const;
    // Takes Pad Length and padding off. Error: EncryptedPayloadMalformed.
    static base::Result<base::Bytes> strip(base::ByteView padded);

    const CipherTraits& cipher_;
    std::size_t icv_bytes_;
};

std::unique_ptr<SkProtection> make_sk_aead(const IkeSuite& suite, base::SecretBytes key);
std::unique_ptr<SkProtection> make_sk_encrypt_then_mac(const IkeSuite& suite, base::SecretBytes encryption_key,
                                                       base::SecretBytes integrity_key);

// The 8-byte IVs of counter modes, 0, 1, 2, ...: unique under one key is all they need to be (RFC 5282 3, RFC 3686 3.1).
class IvCounter {
public:
    explicit IvCounter(std::uint64_t first = 0) : next_(first) {}
    // Writes the next one in network order; false once all 2^64 were given out.
    bool write(std::span<std::uint8_t> out);

private:
    std::uint64_t next_;
    bool exhausted_ = false;
};

}  // namespace xfrmd::crypto
