// Public keys that are taken, and those that are refused before anything is believed of them.

#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/public_key.h"
#include "support.h"
#include "tests/support/test_key.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using base::Reason;
using crypto::PublicKey;
using policy::KeyType;

namespace {

const base::Bytes kP256 = hex("06082a8648ce3d030107");

base::Reason refusal(base::ByteView info) {
    const auto key = PublicKey::decode(info);
    REQUIRE_FALSE(key);
    CHECK_FALSE(key.error().detail.empty());
    return key.error().reason;
}

std::string odd(std::size_t bits) { return std::string(bits / 4 - 1, 'f') + "1"; }

}  // namespace

TEST_CASE("keys of all kinds are read", "[public-key]") {
    struct Row {
        KeyType type;
        std::size_t bits;
    };
    for (const Row& row :
         {Row{KeyType::rsa, 1024}, Row{KeyType::rsa, 2048}, Row{KeyType::ecdsa, 256}, Row{KeyType::ecdsa, 384},
          Row{KeyType::ecdsa, 521}, Row{KeyType::ed25519, 255}, Row{KeyType::ed448, 448},
          Row{KeyType::ml_dsa_44, 1312 * 8}, Row{KeyType::ml_dsa_65, 1952 * 8}, Row{KeyType::ml_dsa_87, 2592 * 8}}) {
        const base::Bytes info = TestKey::make(row.type, row.bits, 1).subject_public_key_info();
        const auto key = PublicKey::decode(info);
        REQUIRE(key);
        CHECK(key->type() == row.type);
        CHECK(key->bits() == row.bits);
        CHECK(key->subject_public_key_info() == info);
        CHECK(key->info_hash() == crypto::sha1(info));
        CHECK(*PublicKey::load(info) == *key);
    }
}

TEST_CASE("the key id is the SHA-1 of the key's bits", "[public-key][rfc5280-4.2.1.2]") {
    const base::Bytes info = TestKey::make(KeyType::ed25519, 255, 1).subject_public_key_info();
    CHECK(PublicKey::decode(info)->key_id() == crypto::sha1(base::ByteView(info).last(32)));
}

TEST_CASE("a public key in PEM is found between other text", "[public-key]") {
    const std::string pem =
        "a key\n-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
        "-----END PUBLIC KEY-----\n";
    CHECK(PublicKey::load(text(pem))->type() == KeyType::ed25519);
    const std::string pkcs1 =
        "-----BEGIN RSA PUBLIC KEY-----\n"
        "MIGJAoGBAMDdFL7q5Rb/yWXPZshD4nvucrkSDkLGKD/TpBM1T59CnDGrwvebtOO8\n"
        "GJELafTrnj3LtWancRUD0vEubsH6bH6nncaZwtRoTmDi7QaDm9J+aGjppM9VTN6m\n"
        "TNaCjR5YS1MShTnirdo+u2qNonWRJ2L7hsOdZjTnuYXljQ1a4cvXAgMBAAE=\n"
        "-----END RSA PUBLIC KEY-----\n";
    CHECK(base::to_hex(PublicKey::load(text(pkcs1))->info_hash()) == "6dcb5c985d3e8d74c09c7d7933196cdf2e5b9a4c");
    CHECK_FALSE(PublicKey::load(text("-----BEGIN RSA PUBLIC KEY-----\nMAA=\n-----END RSA PUBLIC KEY-----\n")));
    CHECK_FALSE(PublicKey::load(text("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")));
    CHECK_FALSE(PublicKey::load(text("-----BEGIN PUBLIC KEY-----\n")));
}

TEST_CASE("RSA keys that are too small, too large or no keys are refused", "[public-key][rfc8017-3.1]") {
    CHECK(PublicKey::decode(rsa_public_key(odd(1024), "10001")));
    CHECK(PublicKey::decode(rsa_public_key(odd(1024), "3")));
    CHECK(PublicKey::decode(rsa_public_key(odd(16384), "10001")));
    CHECK(refusal(rsa_public_key(odd(1016), "10001")) == Reason::PublicKeyUnacceptable);
    CHECK(refusal(rsa_public_key(odd(512), "10001")) == Reason::PublicKeyUnacceptable);
    CHECK(refusal(rsa_public_key(odd(16392), "10001")) == Reason::PublicKeyUnacceptable);
    CHECK(refusal(rsa_public_key(std::string(512, 'e'), "10001")) == Reason::PublicKeyUnacceptable);
    for (const char* exponent : {"0", "1", "2", "10000", "10000000000000001"}) {
        CHECK(refusal(rsa_public_key(odd(2048), exponent)) == Reason::PublicKeyUnacceptable);
    }
    CHECK(refusal(rsa_public_key("0", "10001")) == Reason::PublicKeyUnacceptable);
}

TEST_CASE("points that are not on the curve are refused", "[public-key][rfc5480-2.2]") {
    base::Bytes info = TestKey::make(KeyType::ecdsa, 256, 1).subject_public_key_info();
    info.back() ^= 1;
    CHECK(refusal(info) == Reason::PublicKeyUnacceptable);
    CHECK(refusal(ec_public_key(kP256, hex("00"))) == Reason::PublicKeyUnacceptable);
    CHECK(refusal(ec_public_key(kP256, {})) == Reason::PublicKeyUnacceptable);
    CHECK(refusal(ec_public_key(kP256, base::Bytes(65, 0xff))) == Reason::PublicKeyUnacceptable);
}

TEST_CASE("curves that are not NIST's, or describe themselves, are refused", "[public-key][rfc5480-2.1.1]") {
    for (const char* curve : {"secp256k1", "brainpool256r1", "secp224r1"}) {
        CHECK(refusal(TestKey::on_curve(curve, 1).subject_public_key_info()) == Reason::PublicKeyUnacceptable);
    }
    const base::Bytes point(65, 0x04);
    CHECK(refusal(ec_public_key({}, point)) == Reason::PublicKeyUnacceptable);
    CHECK(refusal(ec_public_key(hex("0500"), point)) == Reason::PublicKeyUnacceptable);
    CHECK(refusal(ec_public_key(hex("3003020101"), point)) == Reason::PublicKeyUnacceptable);
}

TEST_CASE("points of small order are no keys", "[public-key][rfc8032-5.1.3]") {
    const base::Bytes head = hex("302a300506032b6570032100");
    for (const char* point : {"0100000000000000000000000000000000000000000000000000000000000000",
                              "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                              "0000000000000000000000000000000000000000000000000000000000000000",
                              "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"}) {
        base::Bytes info = head;
        base::append(info, hex(point));
        CHECK(refusal(info) == Reason::PublicKeyUnacceptable);
    }
}

TEST_CASE("what is no public key is refused, whatever it is", "[public-key]") {
    CHECK(refusal({}) == Reason::PublicKeyUnacceptable);
    CHECK(refusal(base::Bytes(100000, 0x30)) == Reason::PublicKeyUnacceptable);
    CHECK(refusal(hex("302a300506032b656e032100" + std::string(64, '1'))) == Reason::PublicKeyUnacceptable);  // X25519
    const base::Bytes good = TestKey::make(KeyType::ecdsa, 256, 1).subject_public_key_info();
    base::Bytes longer = good;
    longer.push_back(0);
    CHECK(refusal(longer) == Reason::PublicKeyUnacceptable);
    for (std::size_t size = 0; size < good.size(); ++size) {
        CHECK_FALSE(PublicKey::decode(base::ByteView(good).first(size)));
    }
}
