// The identifiers of RFC 7427: those of its appendix, and that nothing else is taken for one of them.

#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/signature_algorithm.h"
#include "support.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using crypto::decode_algorithm;
using crypto::encode_algorithm;
using policy::HashId;
using policy::KeyType;
using policy::Padding;
using policy::SignatureScheme;

namespace {

struct Row {
    SignatureScheme scheme;
    const char* der;
};

const Row kSent[] = {
    {{KeyType::rsa, Padding::pkcs1, HashId::sha1}, "300d06092a864886f70d0101050500"},
    {{KeyType::rsa, Padding::pkcs1, HashId::sha2_256}, "300d06092a864886f70d01010b0500"},
    {{KeyType::rsa, Padding::pkcs1, HashId::sha2_384}, "300d06092a864886f70d01010c0500"},
    {{KeyType::rsa, Padding::pkcs1, HashId::sha2_512}, "300d06092a864886f70d01010d0500"},
    {{KeyType::ecdsa, Padding::none, HashId::sha1}, "300906072a8648ce3d0401"},
    {{KeyType::ecdsa, Padding::none, HashId::sha2_256}, "300a06082a8648ce3d040302"},
    {{KeyType::ecdsa, Padding::none, HashId::sha2_384}, "300a06082a8648ce3d040303"},
    {{KeyType::ecdsa, Padding::none, HashId::sha2_512}, "300a06082a8648ce3d040304"},
    {{KeyType::rsa, Padding::pss, HashId::sha2_256},
     "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d060960864801650"
     "304"
     "02010500a203020120"},
    {{KeyType::ed25519, Padding::none, HashId::identity}, "300506032b6570"},
    {{KeyType::ed448, Padding::none, HashId::identity}, "300506032b6571"},
    // draft-ietf-ipsecme-ikev2-pqc-auth B.1 to B.3
    {{KeyType::ml_dsa_44, Padding::none, HashId::identity}, "300b0609608648016503040311"},
    {{KeyType::ml_dsa_65, Padding::none, HashId::identity}, "300b0609608648016503040312"},
    {{KeyType::ml_dsa_87, Padding::none, HashId::identity}, "300b0609608648016503040313"},
};

// Other forms of the same, which peers may send.
const Row kRead[] = {
    // RFC 7427 A.4.1, A.4.2, A.4.3
    {{KeyType::rsa, Padding::pss, HashId::sha1}, "300d06092a864886f70d01010a3000"},
    {{KeyType::rsa, Padding::pss, HashId::sha1},
     "303e06092a864886f70d01010a3031a00b300906052b0e03021a0500a118301606092a864886f70d010108300906052b0e03021a0500a2030"
     "201"
     "14a303020101"},
    {{KeyType::rsa, Padding::pss, HashId::sha2_256},
     "304606092a864886f70d01010a3039a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d060960864801650"
     "304"
     "02010500a203020120a303020101"},
    // RFC 4055 2.1: without the NULLs
    {{KeyType::rsa, Padding::pss, HashId::sha2_256},
     "303d06092a864886f70d01010a3030a00d300b0609608648016503040201a11a301806092a864886f70d010108300b0609608648016503040"
     "201"
     "a203020120"},
    {{KeyType::rsa, Padding::pkcs1, HashId::sha2_256}, "300b06092a864886f70d01010b"},
};

}  // namespace

TEST_CASE("schemes are written as the appendix of RFC 7427 has them", "[signature][rfc7427-3][rfc7427-A][rfc8420-A]") {
    for (const Row& row : kSent) {
        CHECK(base::to_hex(encode_algorithm(row.scheme)) == row.der);
        const auto scheme = decode_algorithm(hex(row.der));
        REQUIRE(scheme);
        CHECK(*scheme == row.scheme);
    }
}

TEST_CASE("all schemes come back as they were written", "[signature][rfc7427-3]") {
    for (const KeyType key : {KeyType::rsa, KeyType::ecdsa, KeyType::ed25519, KeyType::ed448, KeyType::ml_dsa_44,
                              KeyType::ml_dsa_65, KeyType::ml_dsa_87}) {
        for (const Padding padding : {Padding::none, Padding::pkcs1, Padding::pss}) {
            for (unsigned hash = 0; hash <= 6; ++hash) {
                const SignatureScheme scheme{key, padding, static_cast<HashId>(hash)};
                const base::Bytes der = encode_algorithm(scheme);
                CHECK(der.empty() != scheme.is_meaningful());
                if (scheme.is_meaningful()) CHECK(*decode_algorithm(der) == scheme);
            }
        }
    }
}

TEST_CASE("other forms of a scheme are known", "[signature][rfc7427-A][rfc4055-2.1][rfc4055-3.1]") {
    for (const Row& row : kRead) {
        const auto scheme = decode_algorithm(hex(row.der));
        REQUIRE(scheme);
        CHECK(*scheme == row.scheme);
    }
}

TEST_CASE("identifiers with one octet changed, missing or added are unknown", "[signature][rfc7427-3]") {
    for (const Row& row : kSent) {
        const base::Bytes good = hex(row.der);
        for (std::size_t i = 0; i < good.size(); ++i) {
            CHECK_FALSE(decode_algorithm(base::ByteView(good).first(i)));
            base::Bytes other = good;
            other[i] ^= 0x80;
            const auto scheme = decode_algorithm(other);
            REQUIRE_FALSE(scheme);
            CHECK(scheme.error().reason == base::Reason::AuthenticationMethodUnacceptable);
        }
        base::Bytes longer = good;
        longer.push_back(0);
        CHECK_FALSE(decode_algorithm(longer));
    }
    CHECK_FALSE(decode_algorithm(base::Bytes(100000, 0x30)));
    CHECK_FALSE(decode_algorithm(hex("300b0609608648016503040302")));      // dsa-with-sha256
    CHECK_FALSE(decode_algorithm(hex("300d06092a864886f70d0101040500")));  // md5WithRSAEncryption
    CHECK_FALSE(decode_algorithm(hex("300b0609608648016503040320")));      // id-hash-ml-dsa-44-with-sha512
    CHECK_FALSE(decode_algorithm(hex("300d06096086480165030403120500")));  // id-ml-dsa-65 with a parameter
}

TEST_CASE("a salt of another length than the hash is refused", "[signature][rfc4055-3.1]") {
    std::string der = kSent[8].der;
    der.replace(der.size() - 2, 2, "14");
    CHECK_FALSE(decode_algorithm(hex(der)));
}

TEST_CASE("authentication methods that name a scheme", "[signature][rfc7296-3.8][rfc4754-3]") {
    CHECK(policy::classic_method(1)->scheme.to_string() == "RSA_EMSA_PKCS1_SHA1");
    CHECK(policy::classic_method(9)->key_bits == 256);
    CHECK(policy::classic_method(10)->key_bits == 384);
    CHECK(policy::classic_method(11)->key_bits == 521);
    CHECK(policy::classic_method(11)->scheme.to_string() == "ECDSA_SHA2_512");
    for (const int method : {0, 2, 3, 8, 12, 13, 14, 255}) {
        CHECK_FALSE(policy::classic_method(static_cast<std::uint8_t>(method)));
    }
    CHECK(kSent[8].scheme.to_string() == "RSA_EMSA_PSS_SHA2_256");
    CHECK(kSent[9].scheme.to_string() == "ED25519");
}
