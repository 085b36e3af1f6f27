// ML-DSA as RFC 9881 shows it: keys in all of their forms, and certificates that others have signed.

#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/chain.h"
#include "ike/crypto/crl.h"
#include "ike/crypto/private_key.h"
#include "support.h"
#include "tests/support/test_revocation.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using crypto::Certificate;
using crypto::PrivateKey;
using crypto::PublicKey;
using policy::HashId;
using policy::KeyType;
using policy::Padding;

namespace {

base::Result<PrivateKey> load(base::ByteView file) {
    SeededRandom random(1);
    return PrivateKey::load(file, nullptr, random);
}

base::Bytes file_of(const nlohmann::json& row) { return text(row.at("file").get_ref<const std::string&>()); }

}  // namespace

TEST_CASE("ML-DSA's private keys are read by their seed", "[ml-dsa][rfc9881-6][rfc9881-C.1]") {
    for (const char* list : {"keys", "both"}) {
        for (const auto& row : vectors("ml_dsa.json", list)) {
            INFO(list << ' ' << row.at("name"));
            const auto key = load(file_of(row));
            REQUIRE(key);
            CHECK(key->public_key().subject_public_key_info() == hex(row.at("public_key")));
            CHECK(policy::name(key->public_key().type()) == row.at("name").get_ref<const std::string&>());
        }
    }
}

TEST_CASE("without its seed, or with another one's expanded form, a key of ML-DSA is refused",
          "[ml-dsa][rfc9881-8.2][rfc9881-C.4]") {
    for (const auto& row : vectors("ml_dsa.json", "refused")) {
        INFO(row.at("name"));
        const auto key = load(file_of(row));
        REQUIRE_FALSE(key);
        CHECK(key.error().detail.find(row.at("why").get_ref<const std::string&>()) != std::string::npos);
    }
}

TEST_CASE("a seed of another length, or in another form, is none", "[ml-dsa][rfc9881-6]") {
    const base::Bytes good = TestKey::make(KeyType::ml_dsa_44, 0, 1).pkcs8();
    REQUIRE(load(good));
    // PrivateKeyInfo { 0, AlgorithmIdentifier, OCTET STRING { [0] seed } }
    const std::size_t choice = good.size() - 34;
    REQUIRE(good[choice] == 0x80);
    for (const unsigned tag : {0x81U, 0xa0U, 0x04U, 0x30U, 0x02U}) {
        base::Bytes bad = good;
        bad[choice] = static_cast<std::uint8_t>(tag);
        CHECK_FALSE(load(bad));
    }
    base::Bytes longer = good;
    for (const std::size_t length : {std::size_t{1}, choice - 1, choice + 1}) ++longer[length];
    longer.push_back(7);
    CHECK_FALSE(load(longer));
    for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(load(base::ByteView(good).first(size)));
}

TEST_CASE("certificates with ML-DSA that others have made are read, and their signatures hold",
          "[ml-dsa][rfc9881-3][rfc9881-C.3]") {
    for (const auto& row : vectors("ml_dsa.json", "keys")) {
        INFO(row.at("name"));
        const base::Bytes der = hex(row.at("certificate"));
        const auto certificate = Certificate::decode(der);
        REQUIRE(certificate);
        CHECK(certificate->public_key().subject_public_key_info() == hex(row.at("public_key")));
        const policy::SignatureScheme scheme{certificate->public_key().type(), Padding::none, HashId::identity};
        CHECK(certificate->signature_scheme() == scheme);
        // Certificate { tbsCertificate, AlgorithmIdentifier, BIT STRING }; all three have lengths of two octets or
        // none.
        const std::size_t signed_size = 4 + (std::size_t{der[6]} << 8 | der[7]);
        const base::ByteView message = base::ByteView(der).subspan(4, signed_size);
        const base::ByteView signature = base::ByteView(der).subspan(4 + signed_size + 13 + 5);
        const PublicKey& key = certificate->public_key();
        CHECK(key.verify(scheme, crypto::EcdsaFormat::der, message, signature));
        for (const std::size_t size : {std::size_t{0}, std::size_t{1}, signature.size() - 1}) {
            CHECK_FALSE(key.verify(scheme, crypto::EcdsaFormat::der, message, signature.first(size)));
        }
        base::Bytes longer = base::to_bytes(signature);
        longer.push_back(0);
        CHECK_FALSE(key.verify(scheme, crypto::EcdsaFormat::der, message, longer));
    }
}

TEST_CASE("a path of ML-DSA holds, and not with one octet changed", "[ml-dsa][rfc9881-3]") {
    const TestIssuer root{"CN=root", TestKey::make(KeyType::ml_dsa_87, 0, 1)};
    const TestIssuer middle{"CN=middle", TestKey::make(KeyType::ml_dsa_65, 0, 2)};
    const Certificate between = make_certificate(authority_fields(middle.name), middle.key, root);
    const auto trust = crypto::TrustStore::make({make_root(root)}, {}).value();
    const base::Bytes good = certificate_der({}, TestKey::make(KeyType::ml_dsa_44, 0, 3), middle);
    const auto holds = [&](const Certificate& end) {
        return crypto::validate(end, std::vector{between}, trust, kTestNow, {}, nullptr).has_value();
    };
    CHECK(holds(*Certificate::decode(good)));
    for (std::size_t i = good.size() - 3000; i < good.size(); i += 101) {
        base::Bytes bad = good;
        bad[i] ^= 1;
        const auto end = Certificate::decode(bad);
        CHECK_FALSE((end && holds(*end)));
    }
}

TEST_CASE("a CRL that a CA has signed with ML-DSA is believed, unless somebody has changed it", "[ml-dsa][rfc9881-3]") {
    const TestIssuer root{"CN=root", TestKey::make(KeyType::ml_dsa_65, 0, 1)};
    base::Bytes list = crl_der({}, root);
    CHECK(crypto::Crl::read(list, make_root(root)));
    list.back() ^= 1;
    CHECK_FALSE(crypto::Crl::read(list, make_root(root)));
}

TEST_CASE("public keys of ML-DSA have no parameters and one length", "[ml-dsa][rfc9881-2][rfc9881-4]") {
    base::Bytes info = TestKey::make(KeyType::ml_dsa_65, 0, 1).subject_public_key_info();
    CHECK(PublicKey::decode(info));
    base::Bytes other_level = info;
    other_level[16] = 0x11;
    CHECK_FALSE(PublicKey::decode(other_level));
    // SEQUENCE { SEQUENCE { OID, NULL }, BIT STRING }
    base::Bytes with_null = info;
    for (const std::size_t length : {3U, 5U}) {
        ++with_null[length];
        ++with_null[length];
    }
    with_null.insert(with_null.begin() + 17, {0x05, 0x00});
    CHECK_FALSE(PublicKey::decode(with_null));
}
