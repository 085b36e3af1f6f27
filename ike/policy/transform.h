// Transforms as IANA numbers them (RFC 7296 3.3.2, the "IKEv2 Transform" registries), with the words operators use for
// them (strongSwan's proposal keywords). Values on the wire may be any 16-bit number; the enums name those we know.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xfrmd::policy {

// RFC 7296 3.3.1
enum class ProtocolId : std::uint8_t { none = 0, ike = 1, ah = 2, esp = 3 };

// RFC 7296 3.3.2; RFC 9370 2.2.1: additional key exchanges are of the types 6..12.
enum class TransformType : std::uint8_t {
    encryption = 1,
    prf = 2,
    integrity = 3,
    key_exchange = 4,
    esn = 5,
    additional_key_exchange_1 = 6,
};

inline constexpr unsigned kAdditionalKeyExchanges = 7;

// `which`: 1..7
constexpr TransformType additional_key_exchange(unsigned which) {
    return static_cast<TransformType>(static_cast<unsigned>(TransformType::additional_key_exchange_1) + which - 1);
}
// 1..7, or 0 for what is none.
constexpr unsigned additional_key_exchange_number(TransformType type) {
    const unsigned first = static_cast<unsigned>(TransformType::additional_key_exchange_1);
    const unsigned number = static_cast<unsigned>(type) - first + 1;
    return static_cast<unsigned>(type) >= first && number <= kAdditionalKeyExchanges ? number : 0;
}
constexpr bool is_key_exchange(TransformType type) {
    return type == TransformType::key_exchange || additional_key_exchange_number(type) != 0;
}

enum class EncryptionId : std::uint16_t {
    des = 2,
    triple_des = 3,
    null = 11,
    aes_cbc = 12,
    aes_ctr = 13,
    aes_ccm_8 = 14,
    aes_ccm_12 = 15,
    aes_ccm_16 = 16,
    aes_gcm_8 = 18,
    aes_gcm_12 = 19,
    aes_gcm_16 = 20,
    null_aes_gmac = 21,
    camellia_cbc = 23,
    camellia_ctr = 24,
    camellia_ccm_8 = 25,
    camellia_ccm_12 = 26,
    camellia_ccm_16 = 27,
    chacha20_poly1305 = 28,
};

enum class PrfId : std::uint16_t {
    hmac_md5 = 1,
    hmac_sha1 = 2,
    aes128_xcbc = 4,
    hmac_sha2_256 = 5,
    hmac_sha2_384 = 6,
    hmac_sha2_512 = 7,
    aes128_cmac = 8,
};

enum class IntegrityId : std::uint16_t {
    none = 0,
    hmac_md5_96 = 1,
    hmac_sha1_96 = 2,
    aes_xcbc_96 = 5,
    hmac_md5_128 = 6,
    hmac_sha1_160 = 7,
    aes_cmac_96 = 8,
    hmac_sha2_256_128 = 12,
    hmac_sha2_384_192 = 13,
    hmac_sha2_512_256 = 14,
    hmac_sha2_256_96 = 1026,  // private use, strongSwan's number; Linux kernels before 2.6.33 truncated this way
};

enum class KeyExchangeId : std::uint16_t {
    none = 0,
    modp768 = 1,
    modp1024 = 2,
    modp1536 = 5,
    modp2048 = 14,
    modp3072 = 15,
    modp4096 = 16,
    modp6144 = 17,
    modp8192 = 18,
    ecp256 = 19,
    ecp384 = 20,
    ecp521 = 21,
    modp1024s160 = 22,
    modp2048s224 = 23,
    modp2048s256 = 24,
    ecp192 = 25,
    ecp224 = 26,
    ecp224bp = 27,
    ecp256bp = 28,
    ecp384bp = 29,
    ecp512bp = 30,
    x25519 = 31,
    x448 = 32,
    mlkem512 = 35,
    mlkem768 = 36,
    mlkem1024 = 37,
};

enum class Esn : std::uint16_t { no = 0, yes = 1 };

struct Transform {
    TransformType type{};
    std::uint16_t id = 0;
    std::uint16_t key_bits = 0;  // the Key Length attribute in bits; 0 where there is none

    friend auto operator<=>(const Transform&, const Transform&) = default;
};

constexpr Transform transform(EncryptionId id, std::uint16_t key_bits = 0) {
    return {TransformType::encryption, static_cast<std::uint16_t>(id), key_bits};
}
constexpr Transform transform(PrfId id) { return {TransformType::prf, static_cast<std::uint16_t>(id), 0}; }
constexpr Transform transform(IntegrityId id) { return {TransformType::integrity, static_cast<std::uint16_t>(id), 0}; }
constexpr Transform transform(KeyExchangeId id, TransformType type = TransformType::key_exchange) {
    return {type, static_cast<std::uint16_t>(id), 0};
}
constexpr Transform transform(Esn esn) { return {TransformType::esn, static_cast<std::uint16_t>(esn), 0}; }

// Combined-mode ciphers bring their own integrity (RFC 5282).
bool is_aead(std::uint16_t encryption_id);

// Is no quantum computer known to break it?
bool is_quantum_resistant(KeyExchangeId method);

// "AES_GCM_16_256", "MODP_2048", "KE1_ML_KEM_768"; unknown ones are like "ENCR_65000", of unknown types "TYPE_13_35".
std::string to_string(const Transform& transform);

// The keyword of a proposal string ("aes256gcm16", "sha256", "prfsha384", "x25519", "noesn"), in lower case as
// swanctl.conf takes it; nullopt for a word that is none or has no number here. What this build cannot run yet has a
// number all the same (see keyword.h); parse_proposal refuses it by name.
std::optional<Transform> transform_of_keyword(std::string_view word);

}  // namespace xfrmd::policy
