// Public keys of peers and CAs (RFC 5280 4.1.2.7, RFC 7670), and signatures checked with them (RFC 7296 2.15, RFC 4754,
// RFC 7427, RFC 8420). Immutable and cheap to copy; may be used by several threads at once.
#pragma once

#include <cstddef>
#include <memory>

#include "ike/base/bytes.h"
#include "ike/base/result.h"
#include "ike/crypto/digest.h"
#include "ike/policy/signature_scheme.h"

namespace xfrmd::crypto {

// How an ECDSA signature is written; other signatures have one form.
enum class EcdsaFormat : std::uint8_t {
    concatenated,  // r | s, each as long as the curve's order: authentication methods 9 to 11 (RFC 4754 7)
    der,           // Ecdsa-Sig-Value: method 14 (RFC 7427 3) and certificates
};

class PublicKey {
public:
    // A SubjectPublicKeyInfo in DER with nothing after it, at most kMostBytes. Refused: kinds that KeyType has not, RSA
    // outside of kLeastRsaBits to kMostRsaBits, with an even modulus, or an exponent that is even, below 3 or above 64
    // bits; curves that are not named or not NIST's; points that are not on them; ML-DSA with parameters (RFC 9881 2).
    // Error: PublicKeyUnacceptable.
    static base::Result<PublicKey> decode(base::ByteView subject_public_key_info);
    // A file: the same in DER or PEM ("PUBLIC KEY"), or PKCS#1 in PEM ("RSA PUBLIC KEY"). Error: PublicKeyUnacceptable.
    static base::Result<PublicKey> load(base::ByteView file);

    policy::KeyType type() const;
    // Of the modulus or of the curve's field: 3072, 521; 255 and 448 of the Edwards curves; of the whole key of ML-DSA.
    std::size_t bits() const;
    const base::Bytes& subject_public_key_info() const;
    // SHA-1 of the subjectPublicKey bits: what strongSwan calls the key's id, and RFC 5280 4.2.1.2 (1) suggests.
    const Sha1& key_id() const;
    // SHA-1 of the SubjectPublicKeyInfo: a CA's name in CERTREQ (RFC 7296 3.7).
    const Sha1& info_hash() const;

    // Errors: AuthenticationFailed (the signature is not this key's), AuthenticationMethodUnacceptable (the scheme is
    // none for this kind of key). PKCS#1 v1.5 is checked by what must be there (RFC 8017 8.2.2), never parsed.
    base::Result<void> verify(const policy::SignatureScheme& scheme, EcdsaFormat format, base::ByteView message,
                              base::ByteView signature) const;

    friend bool operator==(const PublicKey& a, const PublicKey& b) {
        return a.subject_public_key_info() == b.subject_public_key_info();
    }

    static constexpr std::size_t kMostBytes = 8192;
    static constexpr std::size_t kLeastRsaBits = 1024;
    static constexpr std::size_t kMostRsaBits = 16384;

private:
    struct Impl;
    explicit PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<const Impl> impl_;
};

}  // namespace xfrmd::crypto
