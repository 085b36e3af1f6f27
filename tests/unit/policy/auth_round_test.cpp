#include "ike/policy/auth_round.h"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace xfrmd::policy {

namespace {

std::string schemes(const std::vector<SignatureScheme>& all) {
    std::string text;
    for (const SignatureScheme& one : all) text += (text.empty() ? "" : " ") + one.to_string();
    return text;
}

KeyRequirements requirements(std::string_view text) {
    const auto auth = parse_auth(text);
    REQUIRE(auth);
    CHECK(auth->method == AuthMethod::pubkey);
    return auth->requirements;
}

}  // namespace

TEST_CASE("auth = psk and auth = pubkey ask nothing more", "[policy]") {
    CHECK(parse_auth("psk")->method == AuthMethod::psk);
    CHECK(parse_auth("null")->method == AuthMethod::null);
    const KeyRequirements any = requirements("pubkey");
    CHECK(any == KeyRequirements{});
    CHECK(any.allow_key(KeyType::rsa, 1024));
    CHECK(any.allow_auth({KeyType::ed448, Padding::none, HashId::identity}));
}

TEST_CASE("a kind of key in auth excludes others, and weaker ones", "[policy]") {
    const KeyRequirements strong = requirements("rsa-3072-ecdsa-384");
    CHECK(strong.allow_key(KeyType::rsa, 3072));
    CHECK_FALSE(strong.allow_key(KeyType::rsa, 2048));
    CHECK(strong.allow_key(KeyType::ecdsa, 521));
    CHECK_FALSE(strong.allow_key(KeyType::ecdsa, 256));
    CHECK_FALSE(strong.allow_key(KeyType::ed25519, 255));
    CHECK(requirements("rsa-4096-2048").least_rsa_bits == 2048);
}

TEST_CASE("ML-DSA is taken where it is switched on, of the level that auth names", "[policy]") {
    KeyRequirements any = requirements("pubkey");
    KeyRequirements named = requirements("mldsa65-ecdsa");
    for (const KeyType type : {KeyType::ml_dsa_44, KeyType::ml_dsa_65, KeyType::ml_dsa_87}) {
        CHECK_FALSE(any.allow_key(type, 1));
        CHECK_FALSE(any.are_enough(type, 1));
        CHECK_FALSE(named.allow_key(type, 1));
    }
    any.ml_dsa = named.ml_dsa = true;
    CHECK(any.allow_key(KeyType::ml_dsa_87, 1));
    CHECK(named.allow_key(KeyType::ml_dsa_65, 1));
    CHECK(named.allow_key(KeyType::ecdsa, 256));
    CHECK_FALSE(named.allow_key(KeyType::ml_dsa_44, 1));
    CHECK(named.are_enough(KeyType::ml_dsa_44, 1));
}

TEST_CASE("hashes in auth are those of the kind of key before them", "[policy][rfc7427-4]") {
    CHECK(schemes(requirements("rsa-sha256-sha512").auth) == "RSA_EMSA_PKCS1_SHA2_256 RSA_EMSA_PKCS1_SHA2_512");
    CHECK(schemes(requirements("rsa/pss-sha384").auth) == "RSA_EMSA_PSS_SHA2_384");
    CHECK(schemes(requirements("pubkey-sha256").auth) ==
          "RSA_EMSA_PKCS1_SHA2_256 RSA_EMSA_PSS_SHA2_256 ECDSA_SHA2_256");
    CHECK(schemes(requirements("pubkey-identity").auth) == "ED25519 ED448 ML-DSA-44 ML-DSA-65 ML-DSA-87");
}

TEST_CASE("ike: in auth is about the signature in AUTH alone", "[policy][rfc7427-4]") {
    const KeyRequirements both = requirements("rsa-2048-sha256-ike:rsa/pss-sha512");
    CHECK(schemes(both.certificates) == "RSA_EMSA_PKCS1_SHA2_256");
    CHECK(schemes(both.auth) == "RSA_EMSA_PSS_SHA2_512");
    CHECK(both.allow_certificate({KeyType::rsa, Padding::pkcs1, HashId::sha2_256}));
    CHECK_FALSE(both.allow_auth({KeyType::rsa, Padding::pkcs1, HashId::sha2_256}));
    CHECK(schemes(requirements("ike:ecdsa-sha384").certificates).empty());
}

TEST_CASE("an auth that makes no sense is refused", "[policy]") {
    for (const char* text :
         {"", "pubkee", "sha256", "rsa-", "rsa-0", "rsa-md5", "pubkey-2048", "ed25519-sha256", "ecdsa-identity",
          "mldsa65-sha256", "mldsa65-256", "mldsa", "psk-rsa", "rsa-ike:sha256", "eap", "eap-tls", "xauth"}) {
        INFO(text);
        CHECK_FALSE(parse_auth(text));
    }
}

}  // namespace xfrmd::policy
