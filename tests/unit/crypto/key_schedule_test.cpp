#include "ike/crypto/key_schedule.h"

#include <map>
#include <numeric>

#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/prf.h"
#include "tests/unit/crypto/support.h"

using namespace xfrmd::crypto;
using nlohmann::json;
using xfrmd::base::Bytes;
using xfrmd::base::ByteView;
using xfrmd::base::SecretBytes;
using xfrmd::base::to_hex;
using xfrmd::policy::EncryptionId;
using xfrmd::policy::IntegrityId;
using xfrmd::policy::KeyExchangeId;
using xfrmd::policy::PrfId;
using xfrmd::policy::ProtocolId;
using xfrmd::tests::hex;
using xfrmd::tests::text;
using xfrmd::tests::vectors;

namespace {

PrfId prf_of(const json& group) {
    static const std::map<std::string, PrfId> kNames{{"SHA-1", PrfId::hmac_sha1},
                                                     {"SHA2-256", PrfId::hmac_sha2_256},
                                                     {"SHA2-384", PrfId::hmac_sha2_384},
                                                     {"SHA2-512", PrfId::hmac_sha2_512}};
    return kNames.at(group["hashAlg"].get<std::string>());
}

SecretBytes secret(const json& value) { return SecretBytes(ByteView(hex(value))); }

std::string to_text(const SecretBytes& bytes) { return to_hex(bytes.view()); }

IkeSuite cbc_suite(PrfId prf) {
    return {EncryptionId::aes_cbc, 256, IntegrityId::hmac_sha1_96, prf, KeyExchangeId::modp2048};
}

Bytes in_order(const IkeKeys& keys) {
    Bytes out;
    for (const SecretBytes* const key :
         {&keys.sk_d, &keys.sk_ai, &keys.sk_ar, &keys.sk_ei, &keys.sk_er, &keys.sk_pi, &keys.sk_pr}) {
        xfrmd::base::append(out, key->view());
    }
    return out;
}

Bytes in_order(const ChildKeys& keys) {
    Bytes out;
    for (const SecretBytes* const key :
         {&keys.encryption_i, &keys.integrity_i, &keys.encryption_r, &keys.integrity_r}) {
        xfrmd::base::append(out, key->view());
    }
    return out;
}

// One of them may be longer than the other.
bool begin_alike(const Bytes& a, const Bytes& b) {
    const std::size_t common = std::min(a.size(), b.size());
    return common >= 48 && xfrmd::base::equal(ByteView(a).first(common), ByteView(b).first(common));
}

}  // namespace

TEST_CASE("keys of the IKE SA are those of NIST's vectors", "[crypto][rfc7296-2.14]") {
    for (const json& group : vectors("acvp_ikev2_kdf.json", "testGroups")) {
        for (const json& test : group["tests"]) {
            const Bytes nonce_i = hex(test["nInit"]);
            const Bytes nonce_r = hex(test["nResp"]);
            CHECK(to_text(Prf(prf_of(group), hex(test["nInit"].get<std::string>() + test["nResp"].get<std::string>()))(
                      {hex(test["gir"])})) == to_hex(hex(test["sKeySeed"])));
            const IkeKeys keys = derive_ike_keys(cbc_suite(prf_of(group)), {nonce_i, nonce_r}, hex(test["spiInit"]),
                                                 hex(test["spiResp"]), secret(test["gir"]));
            CHECK(begin_alike(in_order(keys), hex(test["derivedKeyingMaterial"])));
            const Bytes material = hex(test["derivedKeyingMaterial"]);
            Prf prf(prf_of(group), hex(test["sKeySeed"]));
            CHECK(xfrmd::base::equal(
                prf.plus({nonce_i, nonce_r, hex(test["spiInit"]), hex(test["spiResp"])}, material.size()).view(),
                material));
        }
    }
}

TEST_CASE("keys of children are those of NIST's vectors", "[crypto][rfc7296-2.17]") {
    for (const json& group : vectors("acvp_ikev2_kdf.json", "testGroups")) {
        for (const json& test : group["tests"]) {
            const Bytes nonce_i = hex(test["nInit"]);
            const Bytes nonce_r = hex(test["nResp"]);
            const PrfId prf = prf_of(group);
            const Bytes material = hex(test["derivedKeyingMaterial"]);
            const SecretBytes sk_d(ByteView(material).first(key_bytes(prf)));
            const ChildSuite suite{ProtocolId::esp, EncryptionId::aes_cbc, 256, IntegrityId::hmac_sha2_512_256,
                                   false,           std::nullopt};
            const ChildKeys plain = derive_child_keys(prf, sk_d, suite, {nonce_i, nonce_r}, SecretBytes());
            CHECK(begin_alike(in_order(plain), hex(test["derivedKeyingMaterialChild"])));
            const ChildKeys with_ke = derive_child_keys(prf, sk_d, suite, {nonce_i, nonce_r}, secret(test["girNew"]));
            CHECK(begin_alike(in_order(with_ke), hex(test["derivedKeyingMaterialDh"])));
            // AH takes integrity keys only, initiator to responder first.
            const ChildSuite ah{ProtocolId::ah, std::nullopt, 0, IntegrityId::hmac_sha2_384_192, false, std::nullopt};
            const ChildKeys authentic = derive_child_keys(prf, sk_d, ah, {nonce_i, nonce_r}, SecretBytes());
            CHECK(authentic.encryption_i.empty());
            CHECK(authentic.encryption_r.empty());
            CHECK(authentic.integrity_i.size() == 48);
            CHECK(authentic.integrity_r.size() == 48);
            CHECK(begin_alike(in_order(authentic), hex(test["derivedKeyingMaterialChild"])));
        }
    }
}

TEST_CASE("SKEYSEED of a rekeyed IKE SA is that of NIST's vectors", "[crypto][rfc7296-2.18]") {
    for (const json& group : vectors("acvp_ikev2_kdf.json", "testGroups")) {
        for (const json& test : group["tests"]) {
            const Bytes material = hex(test["derivedKeyingMaterial"]);
            Prf prf(prf_of(group), ByteView(material).first(key_bytes(prf_of(group))));
            CHECK(to_text(prf({hex(test["girNew"]), hex(test["nInit"]), hex(test["nResp"])})) ==
                  to_hex(hex(test["sKeySeedReKey"])));
        }
    }
}

TEST_CASE("prf+ gives NIST's keying material with SHA-256 and SHA-512", "[crypto][rfc7296-2.13]") {
    for (const json& group : vectors("acvp_ikev2_kdf_partial.json", "ikev2")) {
        for (const json& test : group["tests"]) {
            Bytes expected = hex(test["derivedKeyingMaterial"]);
            Prf prf(prf_of(group), hex(test["sKeySeed"]));
            SecretBytes out = prf.plus(
                {hex(test["nInit"]), hex(test["nResp"]), hex(test["spiInit"]), hex(test["spiResp"])}, expected.size());
            if (group["derivedKeyingMaterialLength"].get<int>() % 8 != 0) out.writable().back() &= 0xf0;
            CHECK(xfrmd::base::equal(out.view(), expected));
        }
    }
}

TEST_CASE("every PRF derives the keys of an independent implementation", "[crypto][rfc7296-2.14][rfc4434-1.1]") {
    for (const json& test : vectors("key_schedule.json", "cases")) {
        const Bytes nonce_i = hex(test["nonce_i"]);
        const Bytes nonce_r = hex(test["nonce_r"]);
        const IkeKeys keys = derive_ike_keys(cbc_suite(static_cast<PrfId>(test["prf"].get<int>())), {nonce_i, nonce_r},
                                             hex(test["spi_i"]), hex(test["spi_r"]), secret(test["shared_secret"]));
        const std::vector<std::string> in_text{to_text(keys.sk_d),  to_text(keys.sk_ai), to_text(keys.sk_ar),
                                               to_text(keys.sk_ei), to_text(keys.sk_er), to_text(keys.sk_pi),
                                               to_text(keys.sk_pr)};
        CHECK(in_text == test["ike_keys"].get<std::vector<std::string>>());
    }
}

TEST_CASE("a child's keys come out in order, with salt and without", "[crypto][rfc7296-2.17][rfc4106-8.1]") {
    for (const json& test : vectors("key_schedule.json", "cases")) {
        const Bytes nonce_i = hex(test["nonce_i"]);
        const Bytes nonce_r = hex(test["nonce_r"]);
        const auto derive = [&](const ChildSuite& suite, const SecretBytes& shared_secret) {
            const ChildKeys keys =
                derive_child_keys(static_cast<PrfId>(test["prf"].get<int>()), secret(test["ike_keys"][0]), suite,
                                  {nonce_i, nonce_r}, shared_secret);
            return std::vector<std::string>{to_text(keys.encryption_i), to_text(keys.integrity_i),
                                            to_text(keys.encryption_r), to_text(keys.integrity_r)};
        };
        const ChildSuite gcm{ProtocolId::esp, EncryptionId::aes_gcm_16, 256, std::nullopt,
                             false,           KeyExchangeId::x25519};
        CHECK(derive(gcm, secret(test["child_shared_secret"])) ==
              test["child_gcm_256_with_ke"].get<std::vector<std::string>>());
        const ChildSuite cbc{ProtocolId::esp, EncryptionId::aes_cbc, 128, IntegrityId::hmac_sha2_256_128,
                             false,           std::nullopt};
        CHECK(derive(cbc, SecretBytes()) == test["child_cbc_128_sha256"].get<std::vector<std::string>>());
    }
}

TEST_CASE("an AEAD has no integrity keys and its salt with the key", "[crypto][rfc5282-7.1]") {
    const Bytes nonce(32, 1);
    const IkeSuite suite{EncryptionId::aes_gcm_16, 256, std::nullopt, PrfId::hmac_sha2_384, KeyExchangeId::x25519};
    const IkeKeys keys = derive_ike_keys(suite, {nonce, nonce}, Bytes(8, 2), Bytes(8, 3), SecretBytes(32));
    CHECK(keys.sk_d.size() == 48);
    CHECK(keys.sk_ai.empty());
    CHECK(keys.sk_ar.empty());
    CHECK(keys.sk_ei.size() == 36);
    CHECK(keys.sk_er.size() == 36);
    CHECK(keys.sk_pi.size() == 48);
    CHECK(keys.sk_pr.size() == 48);
    CHECK_FALSE(keys.sk_ei == keys.sk_er);
}

TEST_CASE("fixed-key PRFs ignore all but 64 bits of each nonce in SKEYSEED only", "[crypto][rfc7296-2.14]") {
    const Bytes nonce_r(16, 9);
    const Bytes nonce_i(16, 1);
    Bytes other_tail = nonce_i;
    other_tail.back() = 2;
    const auto sk_d = [&](PrfId id, const Bytes& nonce) {
        return to_text(
            derive_ike_keys(cbc_suite(id), {nonce, nonce_r}, Bytes(8, 2), Bytes(8, 3), SecretBytes(32)).sk_d);
    };
    for (const PrfId id : {PrfId::aes128_xcbc, PrfId::aes128_cmac}) {
        // The tail is in the seed of prf+ all the same.
        CHECK(sk_d(id, nonce_i) != sk_d(id, other_tail));
        const std::string seed = to_text(Prf(id, hex("01010101010101010909090909090909"))({Bytes(32, 0)}));
        CHECK(sk_d(id, other_tail) ==
              to_text(Prf(id, hex(seed)).plus({other_tail, nonce_r, Bytes(8, 2), Bytes(8, 3)}, key_bytes(id))));
    }
}

TEST_CASE("AUTH of a pre-shared key is that of an independent implementation", "[crypto][rfc7296-2.15]") {
    for (const json& test : vectors("key_schedule.json", "cases")) {
        const auto prf = static_cast<PrfId>(test["prf"].get<int>());
        const Bytes octets = auth_octets(prf, hex(test["message"]), hex(test["nonce_r"]), secret(test["ike_keys"][5]),
                                         hex(test["id_body"]));
        const SecretBytes auth = psk_auth(prf, hex(test["psk"]), octets);
        CHECK(to_text(auth) == test["auth_i"].get<std::string>());
    }
}

TEST_CASE("the NAT detection hash covers SPIs, address and port in network order", "[crypto][rfc7296-2.23]") {
    // hashlib: sha1(000102..0f c0000201 01f4)
    CHECK(to_hex(nat_detection_hash(hex("0001020304050607"), hex("08090a0b0c0d0e0f"), hex("c0000201"), 500)) ==
          "cbdb568e416b17702d6a3fd9c2b2ba148cfc6944");
}

TEST_CASE("the keyed hash is HMAC-SHA-256 over the parts", "[crypto][rfc7296-2.6]") {
    // hashlib: hmac.new(b'secret', b'abcdef', 'sha256')
    CHECK(to_hex(keyed_hash(SecretBytes(xfrmd::base::as_bytes("secret")), {text("abc"), {}, text("def")})) ==
          "19453afaccabb88e7666a0506936b98c1a7f48afeadd51c54223e96a7d36b081");
}

TEST_CASE("keys of a resumed IKE SA, and what its AUTH covers, are what RFC 5723 says",
          "[crypto][rfc5723-5.1][rfc5723-4.3.3]") {
    const IkeSuite suite = cbc_suite(PrfId::hmac_sha2_256);
    const SecretBytes old(ByteView(Bytes(32, 1)));
    const Bytes nonce_i(32, 2), nonce_r(16, 3), spi_i(8, 4), spi_r(8, 5);
    const IkeKeys keys = derive_resumed_ike_keys(suite, old, {nonce_i, nonce_r}, spi_i, spi_r);
    Bytes seed{'R', 'e', 's', 'u', 'm', 'p', 't', 'i', 'o', 'n'};
    xfrmd::base::append(seed, nonce_i);
    xfrmd::base::append(seed, nonce_r);
    const SecretBytes skeyseed = Prf(suite.prf, old.view())({seed});
    const Bytes all = in_order(keys);
    CHECK(to_hex(all) == to_text(Prf(suite.prf, skeyseed.view()).plus({nonce_i, nonce_r, spi_i, spi_r}, all.size())));

    const Bytes message(100, 6), id{2, 0, 0, 0, 'a'};
    Bytes octets = message;
    xfrmd::base::append(octets, nonce_r);
    xfrmd::base::append(octets, Prf(suite.prf, keys.sk_pi.view())({id}).view());
    CHECK(to_hex(auth_octets(suite.prf, message, nonce_r, keys.sk_pi, id)) == to_hex(octets));
}

TEST_CASE("keys of several key exchanges are what RFC 9370 says", "[crypto][rfc9370-2.2.2][rfc9370-2.2.4]") {
    const IkeSuite suite = cbc_suite(PrfId::hmac_sha2_256);
    const SecretBytes old(ByteView(Bytes(32, 1)));
    const SecretBytes first(ByteView(Bytes(32, 6)));
    const Bytes additional(64, 7), nonce_i(32, 2), nonce_r(16, 3), spi_i(8, 4), spi_r(8, 5);
    // SK(0) | Ni | Nr | SK(1) | ... SK(n)
    Bytes seed(first.view().begin(), first.view().end());
    xfrmd::base::append(seed, nonce_i);
    xfrmd::base::append(seed, nonce_r);
    xfrmd::base::append(seed, additional);

    const IkeKeys keys =
        derive_rekeyed_ike_keys({suite.prf, old}, suite, {nonce_i, nonce_r}, spi_i, spi_r, first, additional);
    const SecretBytes skeyseed = Prf(suite.prf, old.view())({seed});
    const Bytes all = in_order(keys);
    CHECK(to_hex(all) == to_text(Prf(suite.prf, skeyseed.view()).plus({nonce_i, nonce_r, spi_i, spi_r}, all.size())));

    const ChildSuite child{ProtocolId::esp, EncryptionId::aes_gcm_16, 128, std::nullopt, false, std::nullopt, {}};
    const ChildKeys child_keys = derive_child_keys(suite.prf, old, child, {nonce_i, nonce_r}, first, additional);
    Bytes material(child_keys.encryption_i.view().begin(), child_keys.encryption_i.view().end());
    xfrmd::base::append(material, child_keys.encryption_r.view());
    CHECK(to_hex(material) == to_text(Prf(suite.prf, old.view()).plus({seed}, material.size())));
}

TEST_CASE("AUTH of a pre-shared key covers IntAuth behind the rest", "[crypto][rfc9242-3.3.2]") {
    const SecretBytes sk_p(ByteView(Bytes(32, 1)));
    const Bytes shared(20, 2), message(100, 3), nonce(32, 4), id{2, 0, 0, 0, 'a'}, int_auth(68, 5);
    Bytes octets = message;
    xfrmd::base::append(octets, nonce);
    xfrmd::base::append(octets, Prf(PrfId::hmac_sha2_256, sk_p.view())({id}).view());
    xfrmd::base::append(octets, int_auth);
    const SecretBytes padded = Prf(PrfId::hmac_sha2_256, shared)({text("Key Pad for IKEv2")});
    CHECK(to_text(psk_auth(PrfId::hmac_sha2_256, shared,
                           auth_octets(PrfId::hmac_sha2_256, message, nonce, sk_p, id, int_auth))) ==
          to_text(Prf(PrfId::hmac_sha2_256, padded.view())({octets})));
}

// Computed apart from this code, by HMAC alone.
TEST_CASE("a PPK makes other keys of all, and is confirmed by eight octets", "[crypto][rfc9867-3.1][rfc9867-3.1.1]") {
    Bytes ppk(32);
    std::iota(ppk.begin(), ppk.end(), std::uint8_t{0});
    const SecretBytes sk_d(ByteView(Bytes(32, 0x5d)));
    const Bytes nonce_i(32, 0x11), nonce_r(16, 0x22), spi_i = hex("0123456789abcdef"), spi_r = hex("fedcba9876543210");
    CHECK(to_hex(ppk_confirmation(PrfId::hmac_sha2_256, ppk, {nonce_i, nonce_r}, spi_i, spi_r)) == "6f165a7f36b5ff7e");
    const IkeKeys keys =
        derive_mixed_ike_keys(cbc_suite(PrfId::hmac_sha2_256), ppk, sk_d, {nonce_i, nonce_r}, spi_i, spi_r);
    CHECK(to_hex(in_order(keys)) ==
          "4d7396e6d8bff6c44ca4ecd80bd8316d291589a93f7e9c51febb30382638f65de0bed80dfd399936ec06c6ea16272e96ca9e2d279ad4"
          "02d1a13d3923fc55c4c16569ee192dc87de5d7f1f9418289c33ed4e08ccdbbe7826369cb4b8b0c3e5234577b5eba48db672581b217ff"
          "14b79aac3df81f751d403e0b5c1f42f47bc661f65f45e12834397fab214fed48e9ab0ddf114752f8580582fe56ee4586d71175694416"
          "6c8b780a24b63877e3e9c163d1a849204cbe46279dceb120aa32b685e14047739bcb7ce48195");
}
