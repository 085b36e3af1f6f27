// Signatures made and checked with every scheme, and the vectors of RFC 4754 and RFC 8032.

#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/private_key.h"
#include "ike/crypto/public_key.h"
#include "ike/crypto/signers.h"
#include "support.h"
#include "tests/support/test_key.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using base::Reason;
using crypto::EcdsaFormat;
using crypto::PrivateKey;
using crypto::PublicKey;
using policy::HashId;
using policy::KeyType;
using policy::Padding;
using policy::SignatureScheme;

namespace {

const base::Bytes kMessage = text("signed octets");

PrivateKey load(const base::Bytes& pkcs8) {
    SeededRandom random(1);
    return PrivateKey::load(pkcs8, nullptr, random).value();
}

struct Case {
    KeyType type;
    std::size_t bits;
    SignatureScheme scheme;
};

std::vector<Case> all_cases() {
    std::vector<Case> cases{{KeyType::ed25519, 255, {KeyType::ed25519, Padding::none, HashId::identity}},
                            {KeyType::ed448, 448, {KeyType::ed448, Padding::none, HashId::identity}}};
    for (const KeyType type : {KeyType::ml_dsa_44, KeyType::ml_dsa_65, KeyType::ml_dsa_87}) {
        cases.push_back({type, 0, {type, Padding::none, HashId::identity}});
    }
    for (const HashId hash : {HashId::sha1, HashId::sha2_256, HashId::sha2_384, HashId::sha2_512}) {
        for (const Padding padding : {Padding::pkcs1, Padding::pss}) {
            cases.push_back({KeyType::rsa, 1536, {KeyType::rsa, padding, hash}});
        }
        for (const std::size_t bits : {256U, 384U, 521U}) {
            cases.push_back({KeyType::ecdsa, bits, {KeyType::ecdsa, Padding::none, hash}});
        }
    }
    return cases;
}

SignatureScheme scheme_of(std::string_view name) {
    for (const Case& known : all_cases()) {
        if (known.scheme.to_string() == name) return known.scheme;
    }
    throw std::invalid_argument("no such scheme");
}

}  // namespace

TEST_CASE("what is signed with a scheme is accepted with it, and with no other", "[signature][rfc7427-3]") {
    SeededRandom random(7);
    for (const Case& made : all_cases()) {
        const PrivateKey key = load(TestKey::make(made.type, made.bits, 1).pkcs8());
        for (const EcdsaFormat format : {EcdsaFormat::concatenated, EcdsaFormat::der}) {
            const auto signature = key.sign(made.scheme, format, kMessage, random);
            REQUIRE(signature);
            CHECK(key.public_key().verify(made.scheme, format, kMessage, *signature));
            CHECK_FALSE(key.public_key().verify(made.scheme, format, text("other octets"), *signature));
            for (const Case& other : all_cases()) {
                if (other.scheme == made.scheme) continue;
                CHECK_FALSE(key.public_key().verify(other.scheme, format, kMessage, *signature));
            }
        }
    }
}

TEST_CASE("a signature with one bit changed is none", "[signature]") {
    SeededRandom random(7);
    for (const Case& made : all_cases()) {
        if (made.scheme.hash != HashId::sha2_256 && made.scheme.hash != HashId::identity) continue;
        const PrivateKey key = load(TestKey::make(made.type, made.bits, 1).pkcs8());
        const base::Bytes good = *key.sign(made.scheme, EcdsaFormat::der, kMessage, random);
        for (std::size_t i = 0; i < good.size(); i += 7) {
            base::Bytes bad = good;
            bad[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
            const auto verdict = key.public_key().verify(made.scheme, EcdsaFormat::der, kMessage, bad);
            REQUIRE_FALSE(verdict);
            CHECK(verdict.error().reason == Reason::AuthenticationFailed);
        }
    }
}

TEST_CASE("a signature by another key of the same kind is none", "[signature]") {
    SeededRandom random(7);
    for (const Case& made : all_cases()) {
        if (made.scheme.hash != HashId::sha2_256 && made.scheme.hash != HashId::identity) continue;
        const base::Bytes signature = *load(TestKey::make(made.type, made.bits, 2).pkcs8())
                                           .sign(made.scheme, EcdsaFormat::concatenated, kMessage, random);
        const auto key = *PublicKey::decode(TestKey::make(made.type, made.bits, 1).subject_public_key_info());
        CHECK_FALSE(key.verify(made.scheme, EcdsaFormat::concatenated, kMessage, signature));
    }
}

TEST_CASE("a scheme that is not for the key is told", "[signature]") {
    SeededRandom random(7);
    const PrivateKey key = load(TestKey::make(KeyType::ecdsa, 256, 1).pkcs8());
    for (const SignatureScheme& scheme : {SignatureScheme{KeyType::rsa, Padding::pkcs1, HashId::sha2_256},
                                          SignatureScheme{KeyType::ecdsa, Padding::none, HashId::identity},
                                          SignatureScheme{KeyType::ecdsa, Padding::pss, HashId::sha2_256}}) {
        const auto signature = key.sign(scheme, EcdsaFormat::der, kMessage, random);
        REQUIRE_FALSE(signature);
        CHECK(signature.error().reason == Reason::AuthenticationMethodUnacceptable);
        const auto verdict = key.public_key().verify(scheme, EcdsaFormat::der, kMessage, kMessage);
        REQUIRE_FALSE(verdict);
        CHECK(verdict.error().reason == Reason::AuthenticationMethodUnacceptable);
    }
}

TEST_CASE("a hash that is too long for an RSA key is told, not padded", "[signature][rfc8017-9.1.1]") {
    SeededRandom random(7);
    const PrivateKey key = load(TestKey::make(KeyType::rsa, 1024, 1).pkcs8());
    const SignatureScheme pss{KeyType::rsa, Padding::pss, HashId::sha2_512};
    const auto signature = key.sign(pss, EcdsaFormat::der, kMessage, random);
    REQUIRE_FALSE(signature);
    CHECK(signature.error().reason == Reason::AuthenticationMethodUnacceptable);
    CHECK_FALSE(key.public_key().verify(pss, EcdsaFormat::der, kMessage, base::Bytes(128, 1)));
}

TEST_CASE("the same random octets give the same signature", "[signature]") {
    for (const Case& made : all_cases()) {
        const PrivateKey key = load(TestKey::make(made.type, made.bits, 1).pkcs8());
        SeededRandom one(9);
        SeededRandom two(9);
        CHECK(*key.sign(made.scheme, EcdsaFormat::der, kMessage, one) ==
              *key.sign(made.scheme, EcdsaFormat::der, kMessage, two));
    }
}

TEST_CASE("many signatures by turns, of more keys and schemes than are kept prepared", "[signature]") {
    SeededRandom random(7);
    crypto::Signers signers(random);
    std::vector<PrivateKey> keys;
    for (const Case& made : all_cases()) keys.push_back(load(TestKey::make(made.type, made.bits, 1).pkcs8()));
    REQUIRE(keys.size() > crypto::Signers::kMostPrepared);
    for (int turn = 0; turn < 3; ++turn) {
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const SignatureScheme scheme = all_cases()[i].scheme;
            for (const EcdsaFormat format : {EcdsaFormat::concatenated, EcdsaFormat::der}) {
                const base::Bytes message{static_cast<std::uint8_t>(turn), static_cast<std::uint8_t>(i)};
                const auto signature = signers.sign(keys[i], scheme, format, message);
                REQUIRE(signature);
                CHECK(keys[i].public_key().verify(scheme, format, message, *signature));
            }
        }
        if (turn == 1) signers.forget();
    }
}

TEST_CASE("a message that could not be signed is no part of the next one", "[signature]") {
    SeededRandom random(7);
    crypto::Signers signers(random);
    const PrivateKey key = load(TestKey::make(KeyType::rsa, 1024, 1).pkcs8());
    const SignatureScheme pss{KeyType::rsa, Padding::pss, HashId::sha2_512};
    CHECK_FALSE(signers.sign(key, pss, EcdsaFormat::der, kMessage));
    CHECK_FALSE(signers.sign(key, pss, EcdsaFormat::der, kMessage));
    const SignatureScheme pkcs1{KeyType::rsa, Padding::pkcs1, HashId::sha2_256};
    const auto signature = signers.sign(key, pkcs1, EcdsaFormat::der, kMessage);
    REQUIRE(signature);
    CHECK(key.public_key().verify(pkcs1, EcdsaFormat::der, kMessage, *signature));
}

TEST_CASE("ECDSA as RFC 4754 shows it", "[signature][rfc4754-8][rfc4754-7]") {
    for (const auto& row : vectors("signatures.json", "ecdsa")) {
        INFO(row.at("name"));
        const PublicKey key = *PublicKey::decode(hex(row.at("public_key")));
        const auto method = policy::classic_method(row.at("method").get<std::uint8_t>());
        REQUIRE(method);
        CHECK(key.bits() == method->key_bits);
        const base::Bytes signature = hex(row.at("signature"));
        const base::Bytes message = hex(row.at("message"));
        CHECK(key.verify(method->scheme, EcdsaFormat::concatenated, message, signature));
        CHECK_FALSE(key.verify(method->scheme, EcdsaFormat::der, message, signature));
        CHECK_FALSE(key.verify(method->scheme, EcdsaFormat::concatenated, text("abd"), signature));
    }
}

TEST_CASE("Ed25519 and Ed448 as RFC 8032 shows them", "[signature][rfc8032-7.1][rfc8032-7.4][rfc8420-2]") {
    SeededRandom random(1);
    for (const auto& row : vectors("signatures.json", "edwards")) {
        INFO(row.at("name"));
        const SignatureScheme scheme = scheme_of(row.at("scheme").get<std::string>());
        const PrivateKey key = load(hex(row.at("private_key")));
        CHECK(key.public_key().subject_public_key_info() == hex(row.at("public_key")));
        const base::Bytes message = hex(row.at("message"));
        CHECK(*key.sign(scheme, EcdsaFormat::concatenated, message, random) == hex(row.at("signature")));
        CHECK(key.public_key().verify(scheme, EcdsaFormat::concatenated, message, hex(row.at("signature"))));
    }
}
