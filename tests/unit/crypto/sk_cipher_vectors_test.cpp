// Encrypted payloads that others made.
#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/prf.h"
#include "ike/crypto/sk_cipher.h"
#include "tests/unit/crypto/support.h"

using nlohmann::json;
using xfrmd::base::Bytes;
using xfrmd::base::ByteView;
using xfrmd::base::Reason;
using xfrmd::base::SecretBytes;
using xfrmd::base::to_hex;
using xfrmd::crypto::IkeSuite;
using xfrmd::crypto::Prf;
using xfrmd::crypto::SkCipher;
using xfrmd::policy::EncryptionId;
using xfrmd::policy::IntegrityId;
using xfrmd::policy::KeyExchangeId;
using xfrmd::policy::PrfId;
using xfrmd::tests::hex;
using xfrmd::tests::vectors;

namespace {

const Bytes kMacKey(20, 0x0b);

SkCipher cipher(EncryptionId encryption, int bits, std::optional<IntegrityId> integrity, const Bytes& key,
                const Bytes& mac_key) {
    const IkeSuite suite{encryption, static_cast<std::uint16_t>(bits), integrity, PrfId::hmac_sha1,
                         KeyExchangeId::x25519};
    return {suite, SecretBytes(ByteView(key)), SecretBytes(ByteView(mac_key))};
}

// RFC texts give ciphertexts alone; this adds what HMAC-SHA1-96 makes of them.
Bytes with_icv(Bytes iv_and_ciphertext) {
    const SecretBytes mac = Prf(PrfId::hmac_sha1, kMacKey)({iv_and_ciphertext});
    xfrmd::base::append(iv_and_ciphertext, mac.view().first(12));
    return iv_and_ciphertext;
}

std::string opened(EncryptionId encryption, const std::string& key, const Bytes& iv_and_ciphertext, int bits = 128) {
    const auto out =
        cipher(encryption, bits, IntegrityId::hmac_sha1_96, hex(key), kMacKey).open({}, with_icv(iv_and_ciphertext));
    return out ? to_hex(*out) : std::string(name(out.error().reason));
}

}  // namespace

TEST_CASE("the IKEv2 message of RFC 7634 opens", "[crypto][rfc7634-B][rfc5282-5.1]") {
    SkCipher chacha = cipher(EncryptionId::chacha20_poly1305, 0, std::nullopt,
                             hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3"), {});
    const Bytes associated = hex("c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e202500000000090000004529000029");
    const Bytes sealed = hex("10111213141516176103 94701f8d017f7c1292488 96b71bfe25236efd7cdc670669063 15b2");
    const auto inner = chacha.open(associated, sealed);
    REQUIRE(inner);
    CHECK(to_hex(*inner) == "0000000c000040010000000a");
    CHECK(chacha.sealed_size(inner->size()) == sealed.size());
}

TEST_CASE("ESP packets of RFC 3602 open, their last byte taken as Pad Length", "[crypto][rfc3602-4]") {
    // Cases 6 and 8: the last byte is the next header, 1 and 4; that many bytes and one go with it.
    CHECK(
        opened(
            EncryptionId::aes_cbc, "90d382b410eeba7ad938c46cec1a82bf",
            hex("69d08df7d203329db093fc4924e5bd80 f51995881ec4e0c4488987ce742e8109689bb379d2d750c0d915dca346a89f75")) ==
        "0800b5e8a80a0500a69c083d0b660e007777777777777777777777770102");
    CHECK(
        opened(
            EncryptionId::aes_cbc, "0123456789abcdef0123456789abcdef",
            hex("85d47224b5f3dd5d2101d4ea8dffab22 15b92683819596a8047232cc00f7048fe45318e11f8a0f62ede3c3fc61203bb5"
                "0f980a08c9843fd3a1b06d5c07ff9639b7eb7dfb3512e5de435e7207ed971ef3d2726d9b5ef6affc6d17a0decbb13892")) ==
        "45000044090c00004001f990c0a87b03c0a87bc80800d63caa0a0200c69c083d"
        "a3de0300ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff01020304050607");
}

TEST_CASE("a Pad Length beyond the data is malformed although the ICV is right", "[crypto][rfc7296-3.14]") {
    // RFC 3602 case 1 ends with 'g', 103.
    CHECK(opened(EncryptionId::aes_cbc, "06a9214036b8a15b512e03d534120006",
                 hex("3dafba429d9eb430b422da802c9fac41 e353779c1079aeb82708942dbe77181a")) ==
          "encrypted_payload_malformed");
    // RFC 3602 case 2 and RFC 3686 vector 2 end with 31 after 31 bytes: all of it is padding.
    CHECK(
        opened(EncryptionId::aes_cbc, "c286696d887c9aa0611bbb3e2025a45a",
               hex("562e17996d093d28ddb3ba695a2e6f58 d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1"))
            .empty());
    CHECK(opened(EncryptionId::aes_ctr, "7e24067817fae0d743d6ce1f32539163006cb6db",
                 hex("c0543b59da48d90b 5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28"))
              .empty());
}

TEST_CASE("AES-CTR gives the plaintexts of RFC 3686", "[crypto][rfc3686-6]") {
    // Vectors 1, 4 and 7, the last byte of the ciphertext changed so that 'g' becomes a Pad Length of 0.
    const std::string message = "53696e676c6520626c6f636b206d73";
    const auto last_changed = [](Bytes ciphertext) {
        ciphertext.back() ^= 'g';
        return ciphertext;
    };
    CHECK(opened(EncryptionId::aes_ctr, "ae6852f8121067cc4bf7a5765577f39e00000030",
                 last_changed(hex("0000000000000000 e4095d4fb7a7b3792d6175a3261311b8"))) == message);
    CHECK(opened(EncryptionId::aes_ctr, "16af5b145fc9f579c175f93e3bfb0eed863d06ccfdb7851500000048",
                 last_changed(hex("36733c147d6d93cb 4b55384fe259c9c84e7935a003cbe928")), 192) == message);
    CHECK(opened(EncryptionId::aes_ctr, "776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c10400000060",
                 last_changed(hex("db5672c97aa8f0b2 145ad01dbf824ec7560863dc71e3e0c0")), 256) == message);
}

TEST_CASE("payloads that OpenSSL sealed open, padding beyond need included", "[crypto][rfc7296-3.14][rfc5282-3]") {
    for (const json& test : vectors("sk_payload.json", "cases")) {
        const auto encryption = static_cast<EncryptionId>(test["encryption"].get<int>());
        CAPTURE(test["encryption"].get<int>(), test["key_bits"].get<int>(), test["integrity"].get<int>());
        const int integrity = test["integrity"].get<int>();
        SkCipher opener = cipher(encryption, test["key_bits"].get<int>(),
                                 integrity == 0 ? std::nullopt : std::optional(static_cast<IntegrityId>(integrity)),
                                 hex(test["encryption_key"]), hex(test["integrity_key"]));
        const auto inner = opener.open(hex(test["associated"]), hex(test["sealed"]));
        REQUIRE(inner);
        CHECK(to_hex(*inner) == test["plaintext"].get<std::string>());
    }
}

TEST_CASE("the first payload sealed has the known ciphertext", "[crypto][rfc5282-3]") {
    // Made with OpenSSL: keys and salts of counting bytes, an IV of zeros, a Pad Length of 0.
    xfrmd::tests::SeededRandom random(1);
    SkCipher gcm =
        cipher(EncryptionId::aes_gcm_16, 128, std::nullopt, hex("000102030405060708090a0b0c0d0e0f10111213"), {});
    CHECK(to_hex(gcm.seal(hex("aabbcc"), hex("0102030405"), random)) ==
          "000000000000000060847b364e6050eaf9453521a0b4f8166f6d6ec39872");
    SkCipher ccm =
        cipher(EncryptionId::aes_ccm_12, 128, std::nullopt, hex("000102030405060708090a0b0c0d0e0f101112"), {});
    CHECK(to_hex(ccm.seal(hex("aabbcc"), hex("0102030405"), random)) ==
          "00000000000000004956bd95c5c7d4c8df8a9dd7023535855d8f");
    SkCipher ctr = cipher(EncryptionId::aes_ctr, 128, IntegrityId::hmac_sha1_96,
                          hex("000102030405060708090a0b0c0d0e0f10111213"), kMacKey);
    CHECK(to_hex(ctr.seal(hex("aabbcc"), hex("0102030405"), random)) ==
          "00000000000000006a2a2bb0fdecd0d0999d1c68178cc87f67d5");
}
