#include "ike/policy/signature_scheme.h"

namespace xfrmd::policy {

namespace {

std::string_view suffix(HashId hash) {
    switch (hash) {
        case HashId::sha1:
            return "SHA1";
        case HashId::sha2_256:
            return "SHA2_256";
        case HashId::sha2_384:
            return "SHA2_384";
        case HashId::sha2_512:
            return "SHA2_512";
        case HashId::identity:
            return "IDENTITY";
    }
    return "UNKNOWN";
}

}  // namespace

bool is_ml_dsa(KeyType type) {
    return type == KeyType::ml_dsa_44 || type == KeyType::ml_dsa_65 || type == KeyType::ml_dsa_87;
}

bool signs_without_hash(KeyType type) { return type == KeyType::ed25519 || type == KeyType::ed448 || is_ml_dsa(type); }

bool SignatureScheme::is_meaningful() const {
    if (signs_without_hash(key)) return hash == HashId::identity && padding == Padding::none;
    const bool hashes = hash >= HashId::sha1 && hash <= HashId::sha2_512;
    return hashes && (padding != Padding::none) == (key == KeyType::rsa);
}

std::string SignatureScheme::to_string() const {
    std::string text(name(key));
    if (hash == HashId::identity) return text;
    if (padding != Padding::none) text += padding == Padding::pss ? "_EMSA_PSS" : "_EMSA_PKCS1";
    return text + "_" + std::string(suffix(hash));
}

std::optional<ClassicMethod> classic_method(std::uint8_t method) {
    switch (method) {
        case 1:
            return ClassicMethod{{KeyType::rsa, Padding::pkcs1, HashId::sha1}, 0};
        case 9:
            return ClassicMethod{{KeyType::ecdsa, Padding::none, HashId::sha2_256}, 256};
        case 10:
            return ClassicMethod{{KeyType::ecdsa, Padding::none, HashId::sha2_384}, 384};
        case 11:
            return ClassicMethod{{KeyType::ecdsa, Padding::none, HashId::sha2_512}, 521};
        default:
            return std::nullopt;
    }
}

std::string_view name(KeyType type) {
    switch (type) {
        case KeyType::rsa:
            return "RSA";
        case KeyType::ecdsa:
            return "ECDSA";
        case KeyType::ed25519:
            return "ED25519";
        case KeyType::ed448:
            return "ED448";
        case KeyType::ml_dsa_44:
            return "ML-DSA-44";
        case KeyType::ml_dsa_65:
            return "ML-DSA-65";
        case KeyType::ml_dsa_87:
            return "ML-DSA-87";
    }
    return "unknown";
}

std::string_view name(HashId hash) {
    switch (hash) {
        case HashId::sha1:
            return "sha1";
        case HashId::sha2_256:
            return "sha256";
        case HashId::sha2_384:
            return "sha384";
        case HashId::sha2_512:
            return "sha512";
        case HashId::identity:
            return "identity";
    }
    return "unknown";
}

}  // namespace xfrmd::policy
