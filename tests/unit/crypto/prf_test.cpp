#include "ike/crypto/prf.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/crypto/support.h"

using xfrmd::base::Bytes;
using xfrmd::base::SecretBytes;
using xfrmd::base::to_hex;
using xfrmd::crypto::key_bytes;
using xfrmd::crypto::output_bytes;
using xfrmd::crypto::Prf;
using xfrmd::policy::PrfId;
using xfrmd::tests::hex;
using xfrmd::tests::text;

namespace {

std::string prf(PrfId id, const Bytes& key, const Bytes& data) { return to_hex(Prf(id, key)({data}).view()); }

const Bytes kCountingKey = hex("000102030405060708090a0b0c0d0e0f");
const Bytes kLongKeyText = text("Test Using Larger Than Block-Size Key - Hash Key First");

}  // namespace

TEST_CASE("HMAC-MD5 gives the results of RFC 2202", "[crypto][rfc2202-2]") {
    constexpr auto kId = PrfId::hmac_md5;
    CHECK(prf(kId, Bytes(16, 0x0b), text("Hi There")) == "9294727a3638bb1c13f48ef8158bfc9d");
    CHECK(prf(kId, text("Jefe"), text("what do ya want for nothing?")) == "750c783e6ab0b503eaa86e310a5db738");
    CHECK(prf(kId, Bytes(16, 0xaa), Bytes(50, 0xdd)) == "56be34521d144c88dbb8c733f0e8b3f6");
    CHECK(prf(kId, hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), Bytes(50, 0xcd)) ==
          "697eaf0aca3a3aea3a75164746ffaa79");
    CHECK(prf(kId, Bytes(80, 0xaa), kLongKeyText) == "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
}

TEST_CASE("HMAC-SHA-1 gives the results of RFC 2202", "[crypto][rfc2202-3]") {
    constexpr auto kId = PrfId::hmac_sha1;
    CHECK(prf(kId, Bytes(20, 0x0b), text("Hi There")) == "b617318655057264e28bc0b6fb378c8ef146be00");
    CHECK(prf(kId, text("Jefe"), text("what do ya want for nothing?")) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    CHECK(prf(kId, Bytes(20, 0xaa), Bytes(50, 0xdd)) == "125d7342b9ac11cd91a39af48aa17b4f63f175d3");
    CHECK(prf(kId, hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), Bytes(50, 0xcd)) ==
          "4c9007f4026250c6bc8414f9bf50c86c2d7235da");
    CHECK(prf(kId, Bytes(80, 0xaa), kLongKeyText) == "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST_CASE("HMAC-SHA-2 gives the results of RFC 4231", "[crypto][rfc4231-4][rfc4868-2.7]") {
    CHECK(prf(PrfId::hmac_sha2_256, Bytes(20, 0x0b), text("Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(prf(PrfId::hmac_sha2_384, Bytes(20, 0x0b), text("Hi There")) ==
          "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6");
    CHECK(prf(PrfId::hmac_sha2_512, Bytes(20, 0x0b), text("Hi There")) ==
          "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
          "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
    const Bytes jefe = text("Jefe");
    const Bytes question = text("what do ya want for nothing?");
    CHECK(prf(PrfId::hmac_sha2_256, jefe, question) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(prf(PrfId::hmac_sha2_384, jefe, question) ==
          "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649");
    CHECK(prf(PrfId::hmac_sha2_512, jefe, question) ==
          "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
          "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

TEST_CASE("HMAC-SHA-2 hashes keys that are longer than a block", "[crypto][rfc4231-4.7]") {
    const Bytes key(131, 0xaa);
    CHECK(prf(PrfId::hmac_sha2_256, key, kLongKeyText) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    CHECK(prf(PrfId::hmac_sha2_384, key, kLongKeyText) ==
          "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952");
    CHECK(prf(PrfId::hmac_sha2_512, key, kLongKeyText) ==
          "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
          "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

TEST_CASE("HMAC takes keys of any length", "[crypto][rfc2104-2]") {
    // hashlib: hmac.new(b'\x5a' * 5000, b'data', 'sha256'), and with b''
    CHECK(prf(PrfId::hmac_sha2_256, Bytes(5000, 0x5a), text("data")) ==
          "9d7bd3162ac44ffbea1fb44592e88ef8b03f286a4bff6888cac8c670f8f445b3");
    CHECK(prf(PrfId::hmac_sha2_256, {}, text("data")) ==
          "e528c4d99e6177f5841f712a143b90843299a4aa181a06501422d9ca862bd2a5");
}

TEST_CASE("AES-XCBC gives the results of RFC 3566", "[crypto][rfc3566-4.6]") {
    constexpr auto kId = PrfId::aes128_xcbc;
    const Bytes counting = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021");
    const auto first = [&](std::ptrdiff_t count) { return Bytes(counting.begin(), counting.begin() + count); };
    CHECK(prf(kId, kCountingKey, {}) == "75f0251d528ac01c4573dfd584d79f29");
    CHECK(prf(kId, kCountingKey, first(3)) == "5b376580ae2f19afe7219ceef172756f");
    CHECK(prf(kId, kCountingKey, first(16)) == "d2a246fa349b68a79998a4394ff7a263");
    CHECK(prf(kId, kCountingKey, first(20)) == "47f51b4564966215b8985c63055ed308");
    CHECK(prf(kId, kCountingKey, first(32)) == "f54f0ec8d2b9f3d36807734bd5283fd4");
    CHECK(prf(kId, kCountingKey, first(34)) == "becbb3bccdb518a30677d5481fb6b4d8");
    CHECK(prf(kId, kCountingKey, Bytes(1000, 0)) == "f0dafee895db30253761103b5d84528f");
}

TEST_CASE("AES-XCBC-PRF-128 fits its key as RFC 4434 says", "[crypto][rfc4434-2]") {
    const Bytes message = hex("000102030405060708090a0b0c0d0e0f10111213");
    CHECK(prf(PrfId::aes128_xcbc, kCountingKey, message) == "47f51b4564966215b8985c63055ed308");
    CHECK(prf(PrfId::aes128_xcbc, hex("00010203040506070809"), message) == "0fa087af7d866e7653434e602fdde835");
    CHECK(prf(PrfId::aes128_xcbc, hex("000102030405060708090a0b0c0d0e0fedcb"), message) ==
          "8cd3c93ae598a9803006ffb67c40e9e4");
}

TEST_CASE("AES-CMAC gives the results of RFC 4494, before truncation to 96 bits", "[crypto][rfc4494-5]") {
    const Bytes key = hex("2b7e1516 28aed2a6 abf71588 09cf4f3c");
    const Bytes message =
        hex("6bc1bee2 2e409f96 e93d7e11 7393172a ae2d8a57 1e03ac9c 9eb76fac 45af8e51"
            "30c81c46 a35ce411 e5fbc119 1a0a52ef f69f2445 df4f9b17 ad2b417b e66c3710");
    const auto mac = [&](std::ptrdiff_t count) {
        return prf(PrfId::aes128_cmac, key, Bytes(message.begin(), message.begin() + count)).substr(0, 24);
    };
    CHECK(mac(0) == "bb1d6929e95937287fa37d12");
    CHECK(mac(16) == "070a16b46b4d4144f79bdd9d");
    CHECK(mac(40) == "dfa66747de9ae63030ca3261");
    CHECK(mac(64) == "51f0bebf7e3b9d92fc497417");
}

TEST_CASE("AES-CMAC-PRF-128 fits its key as RFC 4615 says", "[crypto][rfc4615-4]") {
    const Bytes message = hex("000102030405060708090a0b0c0d0e0f10111213");
    CHECK(prf(PrfId::aes128_cmac, hex("000102030405060708090a0b0c0d0e0fedcb"), message) ==
          "84a348a4a45d235babfffc0d2b4da09a");
    CHECK(prf(PrfId::aes128_cmac, kCountingKey, message) == "980ae87b5f4c9c5214f5b6a8455e4c2d");
    CHECK(prf(PrfId::aes128_cmac, hex("00010203040506070809"), message) == "290d9e112edb09ee141fcf64c0b72f3d");
}

TEST_CASE("a keyed PRF serves again, and takes its input in parts", "[crypto][rfc7296-2.13]") {
    for (const PrfId id : {PrfId::hmac_md5, PrfId::hmac_sha1, PrfId::aes128_xcbc, PrfId::hmac_sha2_256,
                           PrfId::hmac_sha2_384, PrfId::hmac_sha2_512, PrfId::aes128_cmac}) {
        Prf keyed(id, kCountingKey);
        const SecretBytes whole = keyed({text("abcdefghijklmnopqrstuvwxyz")});
        const SecretBytes parts = keyed({text("abcdefghijklmnop"), {}, text("q"), text("rstuvwxyz")});
        CHECK(whole == parts);
        CHECK(whole.size() == output_bytes(id));
        CHECK(key_bytes(id) == output_bytes(id));
        CHECK_FALSE(whole == keyed({text("abcdefghijklmnopqrstuvwxyZ")}));
        Prf moved = std::move(keyed);
        CHECK(whole == moved({text("abcdefghijklmnopqrstuvwxyz")}));
    }
    CHECK(output_bytes(static_cast<PrfId>(3)) == 0);
}

TEST_CASE("prf+ chains its outputs with a counter", "[crypto][rfc7296-2.13]") {
    for (const PrfId id : {PrfId::hmac_sha1, PrfId::aes128_xcbc, PrfId::hmac_sha2_512}) {
        Prf keyed(id, kCountingKey);
        const Bytes seed = text("seed");
        const SecretBytes t1 = keyed({seed, hex("01")});
        const SecretBytes t2 = keyed({t1.view(), seed, hex("02")});
        const SecretBytes t3 = keyed({t2.view(), seed, hex("03")});
        Bytes expected;
        for (const SecretBytes* const t : {&t1, &t2, &t3}) xfrmd::base::append(expected, t->view());
        for (const std::size_t size :
             {std::size_t{0}, std::size_t{1}, t1.size(), t1.size() + 1, 2 * t1.size(), expected.size()}) {
            const SecretBytes out = keyed.plus({text("se"), text("ed")}, size);
            REQUIRE(out.size() == size);
            CHECK(xfrmd::base::equal(out.view(), xfrmd::base::ByteView(expected).first(size)));
        }
        CHECK(keyed.plus({seed}, 255 * t1.size()).size() == 255 * t1.size());
    }
}
