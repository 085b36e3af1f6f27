// Keys for tests, the same for the same seed, and what a forger can do with one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "ike/base/bytes.h"
#include "ike/policy/signature_scheme.h"

namespace Botan {
class Private_Key;
}

namespace xfrmd::tests {

class TestKey {
public:
    // `bits` as of crypto::PublicKey, where the type has several; those of RSA have the exponent 65537.
    static TestKey make(policy::KeyType type, std::size_t bits, std::uint64_t seed);
    static TestKey rsa(std::size_t bits, std::uint64_t exponent, std::uint64_t seed);
    static TestKey on_curve(std::string_view curve, std::uint64_t seed);  // ECDSA: "secp256k1"

    base::Bytes subject_public_key_info() const;
    base::Bytes pkcs8() const;
    const Botan::Private_Key& botan() const { return *key_; }

    // RSA's bare operation on what stands for an encoded message.
    base::Bytes raw_signature(base::ByteView encoded) const;
    base::Bytes modulus() const;
    // PSS with SHA-256 and a salt of so many octets.
    base::Bytes pss_signature(base::ByteView message, unsigned salt) const;

private:
    explicit TestKey(std::shared_ptr<const Botan::Private_Key> key) : key_(std::move(key)) {}
    std::shared_ptr<const Botan::Private_Key> key_;
};

// SubjectPublicKeyInfo of an RSA key with these numbers in hexadecimal, whether they make sense or not.
base::Bytes rsa_public_key(std::string_view modulus, std::string_view exponent);
// Of an EC key: the AlgorithmIdentifier's parameters in DER, and the point.
base::Bytes ec_public_key(base::ByteView parameters, base::ByteView point);

}  // namespace xfrmd::tests
