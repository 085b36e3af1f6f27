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

bool SignatureScheme::is_meaningful() const {
    const bool hashes = hash >= HashId::sha1 && hash <= HashId::sha2_512;
    switch (key) {
        case KeyType::rsa:
            return hashes && padding != Padding::none;
        case KeyType::ecdsa:
            return hashes && padding == Padding::none;
        case KeyType::ed25519:
        case KeyType::ed448:
            return hash == HashId::identity && padding == Padding::none;
    }
    return false;
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
