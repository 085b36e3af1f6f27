#include "ike/policy/transform.h"

#include <span>

#include "ike/policy/keyword.h"

namespace xfrmd::policy {

namespace {

struct Name {
    std::uint16_t id;
    std::string_view text;
};

template <typename Id>
constexpr Name named(Id id, std::string_view text) {
    return {static_cast<std::uint16_t>(id), text};
}

constexpr Name kEncryption[] = {
    named(EncryptionId::des, "DES_CBC"),
    named(EncryptionId::triple_des, "3DES_CBC"),
    named(EncryptionId::null, "NULL"),
    named(EncryptionId::aes_cbc, "AES_CBC"),
    named(EncryptionId::aes_ctr, "AES_CTR"),
    named(EncryptionId::aes_ccm_8, "AES_CCM_8"),
    named(EncryptionId::aes_ccm_12, "AES_CCM_12"),
    named(EncryptionId::aes_ccm_16, "AES_CCM_16"),
    named(EncryptionId::aes_gcm_8, "AES_GCM_8"),
    named(EncryptionId::aes_gcm_12, "AES_GCM_12"),
    named(EncryptionId::aes_gcm_16, "AES_GCM_16"),
    named(EncryptionId::null_aes_gmac, "NULL_AES_GMAC"),
    named(EncryptionId::camellia_cbc, "CAMELLIA_CBC"),
    named(EncryptionId::camellia_ctr, "CAMELLIA_CTR"),
    named(EncryptionId::camellia_ccm_8, "CAMELLIA_CCM_8"),
    named(EncryptionId::camellia_ccm_12, "CAMELLIA_CCM_12"),
    named(EncryptionId::camellia_ccm_16, "CAMELLIA_CCM_16"),
    named(EncryptionId::chacha20_poly1305, "CHACHA20_POLY1305"),
};

constexpr Name kPrf[] = {
    named(PrfId::hmac_md5, "PRF_HMAC_MD5"),           named(PrfId::hmac_sha1, "PRF_HMAC_SHA1"),
    named(PrfId::aes128_xcbc, "PRF_AES128_XCBC"),     named(PrfId::hmac_sha2_256, "PRF_HMAC_SHA2_256"),
    named(PrfId::hmac_sha2_384, "PRF_HMAC_SHA2_384"), named(PrfId::hmac_sha2_512, "PRF_HMAC_SHA2_512"),
    named(PrfId::aes128_cmac, "PRF_AES128_CMAC"),
};

constexpr Name kIntegrity[] = {
    named(IntegrityId::none, "INTEG_NONE"),
    named(IntegrityId::hmac_md5_96, "HMAC_MD5_96"),
    named(IntegrityId::hmac_sha1_96, "HMAC_SHA1_96"),
    named(IntegrityId::aes_xcbc_96, "AES_XCBC_96"),
    named(IntegrityId::hmac_md5_128, "HMAC_MD5_128"),
    named(IntegrityId::hmac_sha1_160, "HMAC_SHA1_160"),
    named(IntegrityId::aes_cmac_96, "AES_CMAC_96"),
    named(IntegrityId::hmac_sha2_256_128, "HMAC_SHA2_256_128"),
    named(IntegrityId::hmac_sha2_384_192, "HMAC_SHA2_384_192"),
    named(IntegrityId::hmac_sha2_512_256, "HMAC_SHA2_512_256"),
    named(IntegrityId::hmac_sha2_256_96, "HMAC_SHA2_256_96"),
};

constexpr Name kKeyExchange[] = {
    named(KeyExchangeId::none, "KE_NONE"),
    named(KeyExchangeId::modp768, "MODP_768"),
    named(KeyExchangeId::modp1024, "MODP_1024"),
    named(KeyExchangeId::modp1536, "MODP_1536"),
    named(KeyExchangeId::modp2048, "MODP_2048"),
    named(KeyExchangeId::modp3072, "MODP_3072"),
    named(KeyExchangeId::modp4096, "MODP_4096"),
    named(KeyExchangeId::modp6144, "MODP_6144"),
    named(KeyExchangeId::modp8192, "MODP_8192"),
    named(KeyExchangeId::ecp256, "ECP_256"),
    named(KeyExchangeId::ecp384, "ECP_384"),
    named(KeyExchangeId::ecp521, "ECP_521"),
    named(KeyExchangeId::modp1024s160, "MODP_1024_160"),
    named(KeyExchangeId::modp2048s224, "MODP_2048_224"),
    named(KeyExchangeId::modp2048s256, "MODP_2048_256"),
    named(KeyExchangeId::ecp192, "ECP_192"),
    named(KeyExchangeId::ecp224, "ECP_224"),
    named(KeyExchangeId::ecp224bp, "ECP_224_BP"),
    named(KeyExchangeId::ecp256bp, "ECP_256_BP"),
    named(KeyExchangeId::ecp384bp, "ECP_384_BP"),
    named(KeyExchangeId::ecp512bp, "ECP_512_BP"),
    named(KeyExchangeId::x25519, "CURVE_25519"),
    named(KeyExchangeId::x448, "CURVE_448"),
    named(KeyExchangeId::mlkem512, "ML_KEM_512"),
    named(KeyExchangeId::mlkem768, "ML_KEM_768"),
    named(KeyExchangeId::mlkem1024, "ML_KEM_1024"),
};

constexpr Name kEsn[] = {named(Esn::no, "NO_EXT_SEQ"), named(Esn::yes, "EXT_SEQ")};

struct Registry {
    TransformType type;
    std::string_view unknown;
    std::span<const Name> names;
};

constexpr Registry kRegistries[] = {
    {TransformType::encryption, "ENCR", kEncryption},
    {TransformType::prf, "PRF", kPrf},
    {TransformType::integrity, "INTEG", kIntegrity},
    {TransformType::key_exchange, "KE", kKeyExchange},
    {TransformType::esn, "ESN", kEsn},
};

std::string name_in(const Registry& registry, std::uint16_t id) {
    for (const Name& name : registry.names) {
        if (name.id == id) return std::string(name.text);
    }
    return std::string(registry.unknown) + "_" + std::to_string(id);
}

std::string name_of(const Transform& transform) {
    if (const unsigned number = additional_key_exchange_number(transform.type)) {
        const bool is_none = transform.id == static_cast<std::uint16_t>(KeyExchangeId::none);
        const std::string method = name_of({TransformType::key_exchange, transform.id, transform.key_bits});
        return "KE" + std::to_string(number) + "_" + (is_none ? "NONE" : method);
    }
    for (const Registry& registry : kRegistries) {
        if (registry.type == transform.type) return name_in(registry, transform.id);
    }
    return "TYPE_" + std::to_string(static_cast<unsigned>(transform.type)) + "_" + std::to_string(transform.id);
}

}  // namespace

bool is_aead(std::uint16_t encryption_id) {
    switch (static_cast<EncryptionId>(encryption_id)) {
        case EncryptionId::aes_ccm_8:
        case EncryptionId::aes_ccm_12:
        case EncryptionId::aes_ccm_16:
        case EncryptionId::aes_gcm_8:
        case EncryptionId::aes_gcm_12:
        case EncryptionId::aes_gcm_16:
        case EncryptionId::null_aes_gmac:
        case EncryptionId::camellia_ccm_8:
        case EncryptionId::camellia_ccm_12:
        case EncryptionId::camellia_ccm_16:
        case EncryptionId::chacha20_poly1305:
            return true;
        default:
            return false;
    }
}

bool is_quantum_resistant(KeyExchangeId method) {
    return method == KeyExchangeId::mlkem512 || method == KeyExchangeId::mlkem768 || method == KeyExchangeId::mlkem1024;
}

std::string to_string(const Transform& transform) {
    const std::string name = name_of(transform);
    return transform.key_bits == 0 ? name : name + "_" + std::to_string(transform.key_bits);
}

std::optional<Transform> transform_of_keyword(std::string_view word) {
    const Keyword* keyword = find_keyword(word);
    if (keyword == nullptr || keyword->support == Support::no_number) return std::nullopt;
    return keyword->transform;
}

}  // namespace xfrmd::policy
