#include "ike/policy/transform.h"

#include <catch2/catch_test_macros.hpp>

#include "ike/policy/keyword.h"

using namespace xfrmd::policy;

namespace {

struct Row {
    std::string_view words;  // separated by blanks, all for the same transform
    Transform transform;
};

constexpr std::uint16_t kSizes[] = {128, 192, 256};

std::vector<std::string> split(std::string_view words) {
    std::vector<std::string> list;
    for (std::size_t start = 0; start < words.size();) {
        const std::size_t blank = std::min(words.find(' ', start), words.size());
        list.emplace_back(words.substr(start, blank - start));
        start = blank + 1;
    }
    return list;
}

void check_rows(std::initializer_list<Row> rows) {
    for (const Row& row : rows) {
        for (const std::string& word : split(row.words)) {
            INFO(word);
            CHECK(transform_of_keyword(word) == row.transform);
        }
    }
}

}  // namespace

TEST_CASE("ciphers with a key size in their word", "[policy][rfc7296-3.3.2]") {
    struct Mode {
        std::string_view suffixes;
        EncryptionId id;
    };
    const Mode modes[] = {
        {"ctr", EncryptionId::aes_ctr},
        {"ccm8 ccm64", EncryptionId::aes_ccm_8},
        {"ccm12 ccm96", EncryptionId::aes_ccm_12},
        {"ccm16 ccm128 ccm", EncryptionId::aes_ccm_16},
        {"gcm8 gcm64", EncryptionId::aes_gcm_8},
        {"gcm12 gcm96", EncryptionId::aes_gcm_12},
        {"gcm16 gcm128 gcm", EncryptionId::aes_gcm_16},
        {"gmac", EncryptionId::null_aes_gmac},
    };
    for (const std::uint16_t bits : kSizes) {
        const std::string size = std::to_string(bits);
        CHECK(transform_of_keyword("aes" + size) == transform(EncryptionId::aes_cbc, bits));
        CHECK(transform_of_keyword("camellia" + size) == transform(EncryptionId::camellia_cbc, bits));
        CHECK(transform_of_keyword("camellia" + size + "ctr") == transform(EncryptionId::camellia_ctr, bits));
        for (const Mode& mode : modes) {
            for (const std::string& suffix : split(mode.suffixes)) {
                INFO("aes" + size + suffix);
                CHECK(transform_of_keyword("aes" + size + suffix) == transform(mode.id, bits));
            }
        }
    }
}

TEST_CASE("the other ciphers, integrity algorithms and PRFs", "[policy][rfc7296-3.3.2]") {
    check_rows({
        {"null", transform(EncryptionId::null)},
        {"des", transform(EncryptionId::des)},
        {"3des", transform(EncryptionId::triple_des)},
        {"aes", transform(EncryptionId::aes_cbc, 128)},
        {"camellia", transform(EncryptionId::camellia_cbc, 128)},
        {"camellia256ccm8 camellia256ccm64", transform(EncryptionId::camellia_ccm_8, 256)},
        {"camellia128ccm12 camellia128ccm96", transform(EncryptionId::camellia_ccm_12, 128)},
        {"camellia192ccm16 camellia192ccm128", transform(EncryptionId::camellia_ccm_16, 192)},
        {"chacha20poly1305", transform(EncryptionId::chacha20_poly1305)},
        {"chacha20poly1305compat", transform(EncryptionId::chacha20_poly1305, 256)},
        {"sha sha1", transform(IntegrityId::hmac_sha1_96)},
        {"sha1_160", transform(IntegrityId::hmac_sha1_160)},
        {"sha256 sha2_256", transform(IntegrityId::hmac_sha2_256_128)},
        {"sha256_96 sha2_256_96", transform(IntegrityId::hmac_sha2_256_96)},
        {"sha384 sha2_384", transform(IntegrityId::hmac_sha2_384_192)},
        {"sha512 sha2_512", transform(IntegrityId::hmac_sha2_512_256)},
        {"md5", transform(IntegrityId::hmac_md5_96)},
        {"md5_128", transform(IntegrityId::hmac_md5_128)},
        {"aesxcbc", transform(IntegrityId::aes_xcbc_96)},
        {"aescmac", transform(IntegrityId::aes_cmac_96)},
        {"prfsha1", transform(PrfId::hmac_sha1)},
        {"prfsha256", transform(PrfId::hmac_sha2_256)},
        {"prfsha384", transform(PrfId::hmac_sha2_384)},
        {"prfsha512", transform(PrfId::hmac_sha2_512)},
        {"prfmd5", transform(PrfId::hmac_md5)},
        {"prfaesxcbc", transform(PrfId::aes128_xcbc)},
        {"prfaescmac", transform(PrfId::aes128_cmac)},
        {"esn", transform(Esn::yes)},
        {"noesn", transform(Esn::no)},
    });
}

TEST_CASE("key exchange methods", "[policy][rfc7296-3.3.2]") {
    check_rows({
        {"none modpnone", transform(KeyExchangeId::none)},
        {"modp768", transform(KeyExchangeId::modp768)},
        {"modp1024", transform(KeyExchangeId::modp1024)},
        {"modp1536", transform(KeyExchangeId::modp1536)},
        {"modp2048", transform(KeyExchangeId::modp2048)},
        {"modp3072", transform(KeyExchangeId::modp3072)},
        {"modp4096", transform(KeyExchangeId::modp4096)},
        {"modp6144", transform(KeyExchangeId::modp6144)},
        {"modp8192", transform(KeyExchangeId::modp8192)},
        {"modp1024s160", transform(KeyExchangeId::modp1024s160)},
        {"modp2048s224", transform(KeyExchangeId::modp2048s224)},
        {"modp2048s256", transform(KeyExchangeId::modp2048s256)},
        {"ecp192", transform(KeyExchangeId::ecp192)},
        {"ecp224", transform(KeyExchangeId::ecp224)},
        {"ecp256", transform(KeyExchangeId::ecp256)},
        {"ecp384", transform(KeyExchangeId::ecp384)},
        {"ecp521", transform(KeyExchangeId::ecp521)},
        {"ecp224bp", transform(KeyExchangeId::ecp224bp)},
        {"ecp256bp", transform(KeyExchangeId::ecp256bp)},
        {"ecp384bp", transform(KeyExchangeId::ecp384bp)},
        {"ecp512bp", transform(KeyExchangeId::ecp512bp)},
        {"x25519 curve25519", transform(KeyExchangeId::x25519)},
        {"x448 curve448", transform(KeyExchangeId::x448)},
        {"mlkem512", transform(KeyExchangeId::mlkem512)},
        {"mlkem768", transform(KeyExchangeId::mlkem768)},
        {"mlkem1024", transform(KeyExchangeId::mlkem1024)},
    });
}

TEST_CASE("what is no keyword here has no transform", "[policy]") {
    for (const std::string_view word :
         {"", "AES128", "aes64", "sha3", "serpent256", "gost512", "default", "ke1_x25519"}) {
        INFO(word);
        CHECK_FALSE(transform_of_keyword(word));
    }
}

TEST_CASE("the keyword table holds every word of strongSwan's once", "[policy]") {
    const auto table = keywords();
    CHECK(table.size() == 153);
    for (std::size_t i = 1; i < table.size(); ++i) CHECK(table[i - 1].word < table[i].word);
}

TEST_CASE("every transform with a keyword has a name, unknown ones a number", "[policy]") {
    for (const Keyword& keyword : keywords()) {
        if (keyword.support == Support::no_number) continue;
        const std::string name = to_string(keyword.transform);
        INFO(keyword.word << " is " << name);
        for (const std::string_view unknown : {"ENCR_", "KE_1", "KE_2", "KE_3", "INTEG_1", "TYPE_"}) {
            CHECK_FALSE(name.starts_with(unknown));
        }
    }
    CHECK(to_string(transform(EncryptionId::aes_gcm_16, 256)) == "AES_GCM_16_256");
    CHECK(to_string(transform(IntegrityId::hmac_sha2_256_128)) == "HMAC_SHA2_256_128");
    CHECK(to_string(transform(KeyExchangeId::x25519)) == "CURVE_25519");
    CHECK(to_string(transform(Esn::no)) == "NO_EXT_SEQ");
    CHECK(to_string(Transform{TransformType::encryption, 65000, 7}) == "ENCR_65000_7");
    CHECK(to_string(Transform{TransformType::prf, 1024, 0}) == "PRF_1024");
    CHECK(to_string(Transform{static_cast<TransformType>(13), 35, 0}) == "TYPE_13_35");
    CHECK(to_string(transform(KeyExchangeId::mlkem768, additional_key_exchange(1))) == "KE1_ML_KEM_768");
    CHECK(to_string(transform(KeyExchangeId::none, additional_key_exchange(7))) == "KE7_NONE");
    CHECK(to_string(Transform{additional_key_exchange(2), 999, 0}) == "KE2_KE_999");
}

TEST_CASE("AEAD ciphers are told from classic ones", "[policy][rfc5282-8]") {
    for (const Keyword& keyword : keywords()) {
        if (keyword.transform.type != TransformType::encryption) continue;
        INFO(keyword.word);
        const bool combined = keyword.word.find("cm") != std::string_view::npos ||
                              keyword.word.find("gmac") != std::string_view::npos || keyword.word.starts_with("chacha");
        CHECK(is_aead(keyword.transform.id) == combined);
    }
    CHECK_FALSE(is_aead(65000));
}
