// Private keys in the files that operators have.

#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/private_key.h"
#include "support.h"
#include "tests/support/der.h"
#include "tests/support/test_key.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using base::Reason;
using base::SecretBytes;
using crypto::PrivateKey;
using policy::KeyType;

namespace {

base::Result<PrivateKey> load(base::ByteView file, const SecretBytes* passphrase = nullptr) {
    SeededRandom random(1);
    return PrivateKey::load(file, passphrase, random);
}

std::string refusal(base::ByteView file, const SecretBytes* passphrase = nullptr) {
    const auto key = load(file, passphrase);
    REQUIRE_FALSE(key);
    CHECK(key.error().reason == Reason::ConfigurationInvalid);
    return key.error().detail;
}

bool says(const std::string& sentence, std::string_view part) { return sentence.find(part) != std::string::npos; }

SecretBytes passphrase_of(const nlohmann::json& row) {
    return SecretBytes(base::as_bytes(row.at("passphrase").get_ref<const std::string&>()));
}

}  // namespace

TEST_CASE("private keys are read in the forms that files have", "[private-key][rfc5958-2][rfc5915-3][rfc8017-A.1.2]") {
    for (const auto& row : vectors("private_keys.json", "keys")) {
        INFO(row.at("name"));
        const base::Bytes file = text(row.at("file").get_ref<const std::string&>());
        const SecretBytes passphrase = passphrase_of(row);
        CHECK(PrivateKey::is_encrypted(file) != passphrase.empty());
        const auto key = load(file, &passphrase);
        REQUIRE(key);
        CHECK(key->public_key().subject_public_key_info() == hex(row.at("public_key")));
    }
}

TEST_CASE("encrypted private keys need the right secret", "[private-key]") {
    const SecretBytes wrong(base::as_bytes("wrong"));
    const SecretBytes empty;
    for (const auto& row : vectors("private_keys.json", "keys")) {
        if (row.at("passphrase").get_ref<const std::string&>().empty()) continue;
        INFO(row.at("name"));
        const base::Bytes file = text(row.at("file").get_ref<const std::string&>());
        CHECK(says(refusal(file), "is encrypted, and there is no secret"));
        CHECK(says(refusal(file, &wrong), "is encrypted, and the secret does not fit"));
        CHECK(says(refusal(file, &empty), "is encrypted, and the secret does not fit"));
    }
}

TEST_CASE("private keys that are encrypted in other ways are told", "[private-key]") {
    for (const auto& row : vectors("private_keys.json", "unsupported")) {
        INFO(row.at("name"));
        const SecretBytes passphrase = passphrase_of(row);
        CHECK(says(refusal(text(row.at("file").get_ref<const std::string&>()), &passphrase),
                   "is encrypted in a way that is not supported"));
    }
}

TEST_CASE("a count of iterations that would take hours is refused", "[private-key]") {
    // PBES2 { PBKDF2 { salt, 2^31 - 1 }, AES-128-CBC { IV } }, and one block
    const base::Bytes count = hex("02047fffffff");
    const base::Bytes function =
        sequence({oid({0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 5, 12}), sequence({der(0x04, base::Bytes(8, 1)), count})});
    const base::Bytes cipher = sequence({oid({0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 2}), der(0x04, base::Bytes(16, 1))});
    const base::Bytes algorithm =
        sequence({oid({0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 5, 13}), sequence({function, cipher})});
    const SecretBytes passphrase(base::as_bytes("secret"));
    const std::string said = refusal(sequence({algorithm, der(0x04, base::Bytes(16, 1))}), &passphrase);
    CHECK(says(said, "is encrypted in a way that is not supported: its parameters of PBES2"));
}

TEST_CASE("private keys in DER", "[private-key]") {
    for (const KeyType type :
         {KeyType::rsa, KeyType::ecdsa, KeyType::ed25519, KeyType::ed448, KeyType::ml_dsa_44, KeyType::ml_dsa_87}) {
        const TestKey made = TestKey::make(type, type == KeyType::rsa ? 1024 : 256, 1);
        const auto key = load(made.pkcs8());
        REQUIRE(key);
        CHECK(key->public_key().subject_public_key_info() == made.subject_public_key_info());
        CHECK_FALSE(PrivateKey::is_encrypted(made.pkcs8()));
    }
}

TEST_CASE("what is no private key says so", "[private-key]") {
    CHECK(says(refusal({}), "is no private key"));
    CHECK(says(refusal(text("hello")), "is no private key"));
    CHECK(says(refusal(base::Bytes(100000, 0x30)), "too large"));
    CHECK(says(refusal(text("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")), "has no block"));
    CHECK(says(refusal(text("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n")), "is no private key"));
    CHECK(says(refusal(text("-----BEGIN PRIVATE KEY-----\nMAA=\n")), "is not closed"));
    CHECK(says(refusal(text("-----BEGIN PRIVATE KEY-----\n\x01\n-----END PRIVATE KEY-----\n")), "is not base64"));
    const base::Bytes good = TestKey::make(KeyType::ecdsa, 256, 1).pkcs8();
    for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(load(base::ByteView(good).first(size)));
}

TEST_CASE("private keys of kinds that are not for signing are refused", "[private-key]") {
    CHECK(says(refusal(TestKey::on_curve("secp256k1", 1).pkcs8()), "curve 1.3.132.0.10"));
    CHECK(says(refusal(TestKey::on_curve("brainpool256r1", 1).pkcs8()), "curve 1.3.36"));
}

TEST_CASE("private keys whose parts do not belong together are refused", "[private-key]") {
    const base::Bytes good = TestKey::make(KeyType::rsa, 1024, 1).pkcs8();
    std::size_t accepted = 0;
    for (std::size_t i = 40; i < good.size(); i += 37) {
        base::Bytes bad = good;
        bad[i] ^= 0x10;
        if (load(bad)) ++accepted;
    }
    CHECK(accepted == 0);
}
