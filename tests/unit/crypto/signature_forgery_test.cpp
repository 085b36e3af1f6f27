// Signatures as forgers make them: encodings that a careless reader takes for good ones, and values out of range.

#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/private_key.h"
#include "ike/crypto/public_key.h"
#include "support.h"
#include "tests/support/test_key.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using crypto::EcdsaFormat;
using crypto::PublicKey;
using policy::HashId;
using policy::KeyType;
using policy::Padding;
using policy::SignatureScheme;

namespace {

constexpr SignatureScheme kPkcs1{KeyType::rsa, Padding::pkcs1, HashId::sha2_256};
constexpr SignatureScheme kPss{KeyType::rsa, Padding::pss, HashId::sha2_256};
constexpr SignatureScheme kEcdsa{KeyType::ecdsa, Padding::none, HashId::sha2_256};
constexpr std::size_t kModulus = 128;

const base::Bytes kMessage = text("signed octets");
const std::string kDigestInfo = "3031300d060960864801650304020105000420";

bool accepts(const TestKey& key, const SignatureScheme& scheme, EcdsaFormat format, base::ByteView signature) {
    const auto read = PublicKey::decode(key.subject_public_key_info());
    REQUIRE(read);
    return read->verify(scheme, format, kMessage, signature).has_value();
}

base::Bytes hash() {
    const crypto::Sha256 digest = crypto::sha256(kMessage);
    return {digest.begin(), digest.end()};
}

// 00 01 ff... 00, `info`, as long as the modulus with `after` at its end.
base::Bytes encoded(const base::Bytes& info, std::size_t after = 0, std::size_t padding = 0) {
    base::Bytes out{0, 1};
    out.insert(out.end(), padding != 0 ? padding : kModulus - 3 - info.size() - after, 0xff);
    out.push_back(0);
    base::append(out, info);
    out.insert(out.end(), after, 0xaa);
    out.resize(kModulus, 0xaa);
    return out;
}

base::Bytes digest_info(const std::string& head, base::ByteView digest) {
    base::Bytes out = hex(head);
    base::append(out, digest);
    return out;
}

}  // namespace

TEST_CASE("PKCS#1 v1.5 is what must be there, octet by octet", "[signature][rfc8017-8.2.2][hostile-d3]") {
    // e = 3 is what makes such forgeries easy without the private key; here it only makes them quick.
    const TestKey key = TestKey::rsa(8 * kModulus, 3, 1);
    const auto accepted = [&key](const base::Bytes& block) {
        return accepts(key, kPkcs1, EcdsaFormat::der, key.raw_signature(block));
    };
    const base::Bytes good = digest_info(kDigestInfo, hash());
    REQUIRE(accepted(encoded(good)));

    for (const std::size_t garbage : {1U, 8U, 60U}) CHECK_FALSE(accepted(encoded(good, garbage)));
    CHECK_FALSE(accepted(encoded(good, 0, 8)));  // short padding, garbage after the hash
    CHECK_FALSE(accepted(encoded(good, 0, 0 + 1)));

    const std::string without_null =
        "302f300b0609608648016503040201"
        "0420";
    CHECK_FALSE(accepted(encoded(digest_info(without_null, hash()))));
    const std::string long_length = "308131300d060960864801650304020105000420";
    CHECK_FALSE(accepted(encoded(digest_info(long_length, hash()))));
    const std::string other_parameters =
        "3033300f0609608648016503040201"
        "0402aaaa"
        "0420";
    CHECK_FALSE(accepted(encoded(digest_info(other_parameters, hash()))));

    const base::Bytes whole = hash();
    const base::ByteView half = base::ByteView(whole).first(16);
    CHECK_FALSE(accepted(encoded(digest_info("3021300d060960864801650304020105000410", half))));  // short hash
    CHECK_FALSE(accepted(encoded(digest_info("3011300d060960864801650304020105000400", {}))));    // no hash
    CHECK_FALSE(accepted(encoded(whole)));                                                        // no DigestInfo

    base::Bytes other_type = encoded(good);
    other_type[1] = 2;
    CHECK_FALSE(accepted(other_type));
    base::Bytes hole = encoded(good);
    hole[5] = 0xfe;
    CHECK_FALSE(accepted(hole));
}

TEST_CASE("RSA signatures of strange values and lengths", "[signature][rfc8017-5.2.2][hostile-d3]") {
    const TestKey key = TestKey::make(KeyType::rsa, 8 * kModulus, 1);
    for (const SignatureScheme& scheme : {kPkcs1, kPss}) {
        const auto accepted = [&](const base::Bytes& signature) {
            return accepts(key, scheme, EcdsaFormat::der, signature);
        };
        CHECK_FALSE(accepted({}));
        CHECK_FALSE(accepted(base::Bytes(kModulus, 0)));
        CHECK_FALSE(accepted(base::Bytes(kModulus, 0xff)));
        CHECK_FALSE(accepted(key.modulus()));
        base::Bytes one(kModulus, 0);
        one.back() = 1;
        CHECK_FALSE(accepted(one));
        CHECK_FALSE(accepted(base::Bytes(100000, 0x55)));

        SeededRandom random(1);
        const auto signer = crypto::PrivateKey::load(key.pkcs8(), nullptr, random);
        base::Bytes good = *signer->sign(scheme, EcdsaFormat::der, kMessage, random);
        REQUIRE(accepted(good));
        base::Bytes longer = good;
        longer.insert(longer.begin(), 0);
        CHECK_FALSE(accepted(longer));
        good.push_back(0);
        CHECK_FALSE(accepted(good));
    }
}

TEST_CASE("an RSA signature that lacks its leading zero is too short", "[signature][rfc8017-8.2.2][hostile-d3]") {
    SeededRandom random(1);
    const auto key = crypto::PrivateKey::load(TestKey::make(KeyType::rsa, 8 * kModulus, 1).pkcs8(), nullptr, random);
    base::Bytes message = kMessage;
    base::Bytes signature;
    do {
        message.push_back(0);
        signature = *key->sign(kPkcs1, EcdsaFormat::der, message, random);
    } while (signature.front() != 0);
    CHECK(key->public_key().verify(kPkcs1, EcdsaFormat::der, message, signature));
    signature.erase(signature.begin());
    CHECK_FALSE(key->public_key().verify(kPkcs1, EcdsaFormat::der, message, signature));
}

TEST_CASE("ECDSA signatures of degenerate values", "[signature][rfc4754-7][hostile-d4]") {
    const TestKey key = TestKey::make(KeyType::ecdsa, 256, 1);
    const std::string zero(64, '0');
    const std::string one = std::string(63, '0') + "1";
    const std::string order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    const std::string most(64, 'f');
    for (const std::string& r : {zero, one, order, most}) {
        for (const std::string& s : {zero, one, order, most}) {
            CHECK_FALSE(accepts(key, kEcdsa, EcdsaFormat::concatenated, hex(r + s)));
        }
    }
    for (const std::size_t size : {0U, 1U, 32U, 63U, 65U, 128U, 100000U}) {
        CHECK_FALSE(accepts(key, kEcdsa, EcdsaFormat::concatenated, base::Bytes(size, 1)));
    }
}

TEST_CASE("ECDSA signatures in DER that is none", "[signature][rfc7427-3][hostile-d4]") {
    const TestKey key = TestKey::make(KeyType::ecdsa, 256, 1);
    SeededRandom random(1);
    const auto signer = crypto::PrivateKey::load(key.pkcs8(), nullptr, random);
    const base::Bytes good = *signer->sign(kEcdsa, EcdsaFormat::der, kMessage, random);
    REQUIRE(accepts(key, kEcdsa, EcdsaFormat::der, good));

    const auto accepted = [&](const base::Bytes& der) { return accepts(key, kEcdsa, EcdsaFormat::der, der); };
    for (std::size_t size = 0; size < good.size(); ++size) {
        CHECK_FALSE(accepted(base::to_bytes(base::ByteView(good).first(size))));
    }
    base::Bytes trailing = good;
    trailing.push_back(0);
    CHECK_FALSE(accepted(trailing));
    base::Bytes inside = trailing;
    inside[1] = static_cast<std::uint8_t>(inside[1] + 1);
    CHECK_FALSE(accepted(inside));
    base::Bytes long_length = good;
    long_length.insert(long_length.begin() + 1, 0x81);
    CHECK_FALSE(accepted(long_length));
    for (const char* der :
         {"3000", "3006020100020100", "3006020101020100", "300602018002017f", "30060201ff0201ff", "0500"}) {
        CHECK_FALSE(accepted(hex(der)));
    }
    CHECK_FALSE(accepted(base::Bytes(100000, 0x30)));
}

TEST_CASE("a PSS signature with another salt than its hash is long is none", "[signature][rfc8017-9.1.2][hostile-d3]") {
    const TestKey key = TestKey::make(KeyType::rsa, 8 * kModulus, 1);
    SeededRandom random(1);
    const auto signer = crypto::PrivateKey::load(key.pkcs8(), nullptr, random);
    const base::Bytes good = *signer->sign(kPss, EcdsaFormat::der, kMessage, random);
    REQUIRE(accepts(key, kPss, EcdsaFormat::der, good));
    for (const unsigned salt : {0U, 20U, 31U, 33U, 94U}) {
        CHECK_FALSE(accepts(key, kPss, EcdsaFormat::der, key.pss_signature(kMessage, salt)));
    }
    CHECK(accepts(key, kPss, EcdsaFormat::der, key.pss_signature(kMessage, 32)));
}
