// How a signature in AUTH is made (RFC 7296 3.8, RFC 4754, RFC 7427, RFC 8420, draft-ietf-ipsecme-ikev2-pqc-auth): the
// kind of key, RSA's padding and the hash. Values only; ike/crypto makes and checks the signatures and has the
// encodings of RFC 7427.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xfrmd::policy {

// ecdsa: on the NIST curves P-256, P-384 and P-521. ml_dsa_*: ML-DSA of FIPS 204, pure and without a context.
enum class KeyType : std::uint8_t { rsa, ecdsa, ed25519, ed448, ml_dsa_44, ml_dsa_65, ml_dsa_87 };

// The draft that ML-DSA follows, by which it is switched on.
inline constexpr std::string_view kMlDsaDraft = "draft-ietf-ipsecme-ikev2-pqc-auth";

bool is_ml_dsa(KeyType type);
// Does it take the message itself, whatever its length (RFC 8420 2, the draft's 3.2.1)?
bool signs_without_hash(KeyType type);

// IANA "IKEv2 Hash Algorithms", as SIGNATURE_HASH_ALGORITHMS tells them (RFC 7427 4, RFC 8420 2). identity: the scheme
// takes the message itself.
enum class HashId : std::uint16_t { sha1 = 1, sha2_256 = 2, sha2_384 = 3, sha2_512 = 4, identity = 5 };

// Of RSA: PKCS#1 v1.5 and PSS (RFC 8017 8.2, 8.1). PSS always with MGF1 of the same hash and a salt as long as its
// output, which RFC 4055 3.1 recommends and peers use.
enum class Padding : std::uint8_t { none, pkcs1, pss };

struct SignatureScheme {
    KeyType key = KeyType::rsa;
    Padding padding = Padding::none;
    HashId hash = HashId::identity;

    // Is it one of those that exist: a padding for RSA and only there, no hash where the message itself is signed and
    // only there?
    bool is_meaningful() const;
    // "RSA_EMSA_PKCS1_SHA2_256", "RSA_EMSA_PSS_SHA2_256", "ECDSA_SHA2_256", "ED25519", "ML-DSA-65"
    std::string to_string() const;
    friend bool operator==(const SignatureScheme&, const SignatureScheme&) = default;
};

// The scheme of an authentication method that names it (RFC 7296 3.8, RFC 4754 3): 1 is RSA with PKCS#1 v1.5 and SHA-1,
// 9, 10 and 11 are ECDSA with SHA-256, SHA-384 and SHA-512, whose keys are of 256, 384 and 521 bits. nullopt for
// others.
struct ClassicMethod {
    SignatureScheme scheme;
    std::size_t key_bits = 0;  // 0: any
};
std::optional<ClassicMethod> classic_method(std::uint8_t method);

std::string_view name(KeyType type);  // "RSA", "ECDSA", "ED25519", "ML-DSA-65"
std::string_view name(HashId hash);   // "sha1", "sha256", "sha384", "sha512", "identity"

}  // namespace xfrmd::policy
