#include "daemon/esp_algorithms.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace xfrmd::daemon {

namespace {

using policy::EncryptionId;
using policy::IntegrityId;

struct CipherName {
    EncryptionId id;
    std::string_view name;
    std::uint32_t icv_bits;  // of an AEAD; 0 for a plain cipher
};

constexpr std::array kCiphers{
    CipherName{EncryptionId::aes_gcm_8, "rfc4106(gcm(aes))", 64},
    CipherName{EncryptionId::aes_gcm_12, "rfc4106(gcm(aes))", 96},
    CipherName{EncryptionId::aes_gcm_16, "rfc4106(gcm(aes))", 128},
    CipherName{EncryptionId::aes_ccm_8, "rfc4309(ccm(aes))", 64},
    CipherName{EncryptionId::aes_ccm_12, "rfc4309(ccm(aes))", 96},
    CipherName{EncryptionId::aes_ccm_16, "rfc4309(ccm(aes))", 128},
    CipherName{EncryptionId::chacha20_poly1305, "rfc7539esp(chacha20,poly1305)", 128},
    CipherName{EncryptionId::aes_cbc, "cbc(aes)", 0},
    CipherName{EncryptionId::aes_ctr, "rfc3686(ctr(aes))", 0},
    CipherName{EncryptionId::null_aes_gmac, "rfc4543(gcm(aes))", 128},
    CipherName{EncryptionId::triple_des, "cbc(des3_ede)", 0},
    CipherName{EncryptionId::des, "cbc(des)", 0},
    CipherName{EncryptionId::camellia_cbc, "cbc(camellia)", 0},
    CipherName{EncryptionId::null, "ecb(cipher_null)", 0},
};

struct MacName {
    IntegrityId id;
    std::string_view name;
    std::uint32_t icv_bits;
};

constexpr std::array kMacs{
    MacName{IntegrityId::hmac_md5_96, "hmac(md5)", 96},
    MacName{IntegrityId::hmac_md5_128, "hmac(md5)", 128},
    MacName{IntegrityId::hmac_sha1_96, "hmac(sha1)", 96},
    MacName{IntegrityId::hmac_sha1_160, "hmac(sha1)", 160},
    MacName{IntegrityId::hmac_sha2_256_96, "hmac(sha256)", 96},
    MacName{IntegrityId::hmac_sha2_256_128, "hmac(sha256)", 128},
    MacName{IntegrityId::hmac_sha2_384_192, "hmac(sha384)", 192},
    MacName{IntegrityId::hmac_sha2_512_256, "hmac(sha512)", 256},
    MacName{IntegrityId::aes_xcbc_96, "xcbc(aes)", 96},
    MacName{IntegrityId::aes_cmac_96, "cmac(aes)", 96},
};

template <typename Table, typename Id>
auto find(const Table& table, Id id) -> decltype(&table[0]) {
    for (const auto& row : table) {
        if (row.id == id) return &row;
    }
    return nullptr;
}

tl::unexpected<base::Error> unknown(const policy::Transform& transform) {
    return base::fail(base::Reason::AlgorithmUnavailable, "no algorithm of Linux for " + to_string(transform));
}

base::Result<netlink::Algorithms> ah_to_kernel(const crypto::ChildSuite& suite, base::SecretBytes key) {
    const auto id = suite.integrity.value_or(IntegrityId::none);
    const MacName* mac = find(kMacs, id);
    if (mac == nullptr) return unknown(policy::transform(id));
    return netlink::Mac{std::string(mac->name), std::move(key), mac->icv_bits};
}

}  // namespace

base::Result<netlink::Algorithms> to_kernel(const crypto::ChildSuite& suite, base::SecretBytes encryption,
                                            base::SecretBytes integrity) {
    if (!suite.encryption) return ah_to_kernel(suite, std::move(integrity));
    const CipherName* cipher = find(kCiphers, *suite.encryption);
    if (cipher == nullptr) return unknown(policy::transform(*suite.encryption, suite.key_bits));
    if (cipher->icv_bits != 0) return netlink::Aead{std::string(cipher->name), std::move(encryption), cipher->icv_bits};

    netlink::CipherAndMac pair{std::string(cipher->name), std::move(encryption), {}, {}, 0};
    if (suite.integrity) {
        const MacName* mac = find(kMacs, *suite.integrity);
        if (mac == nullptr) return unknown(policy::transform(*suite.integrity));
        pair.mac = mac->name;
        pair.mac_key = std::move(integrity);
        pair.icv_bits = mac->icv_bits;
    }
    return pair;
}

}  // namespace xfrmd::daemon
