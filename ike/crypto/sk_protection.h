// The two ways to protect an Encrypted payload: with an AEAD (RFC 5282), or encrypt, then MAC (RFC 7296 3.14). Internal
// to ike/crypto; what the functions promise stands in sk_cipher.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

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
    virtual std::optional<base::Bytes> seal(base::ByteView associated, base::ByteView plaintext,
                                            base::Random& random) = 0;
    // May throw what Botan throws.
    virtual base::Result<base::Bytes> open(base::ByteView associated, base::ByteView sealed) = 0;

protected:
    SkProtection(const CipherTraits& cipher, std::size_t icv_bytes) : cipher_(cipher), icv_bytes_(icv_bytes) {}

    // The sealed message before encryption: room for the IV, then plaintext, padding and Pad Length, then room for the
    // ICV.
    base::Bytes layout(base::ByteView plaintext) const;
    // RFC 7296 3.14: room for IV, Pad Length and ICV, and whole blocks. Error: EncryptedPayloadMalformed.
    base::Result<void> check_size(std::size_t sealed) const;
    // Takes Pad Length and padding off. Error: EncryptedPayloadMalformed.
    static base::Result<base::Bytes> strip(base::ByteView padded);

    const CipherTraits& cipher_;
    std::size_t icv_bytes_;
};

std::unique_ptr<SkProtection> make_sk_aead(const IkeSuite& suite, base::SecretBytes key);
std::unique_ptr<SkProtection> make_sk_encrypt_then_mac(const IkeSuite& suite, policy::IntegrityId integrity,
                                                       base::SecretBytes encryption_key,
                                                       const base::SecretBytes& integrity_key);

}  // namespace xfrmd::crypto
