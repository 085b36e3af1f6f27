#include "ike/crypto/sk_cipher.h"

#include <array>
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/iv_counter.h"
#include "tests/unit/crypto/sk_suites.h"

using xfrmd::base::Bytes;
using xfrmd::base::ByteView;
using xfrmd::base::Reason;
using xfrmd::base::to_hex;
using xfrmd::crypto::IkeSuite;
using xfrmd::crypto::IvCounter;
using xfrmd::crypto::SkCipher;
using xfrmd::policy::EncryptionId;
using xfrmd::policy::IntegrityId;
using xfrmd::tests::name;
using xfrmd::tests::SeededRandom;
using xfrmd::tests::sk_cipher;
using xfrmd::tests::sk_suites;

namespace {

const Bytes kAssociated(32, 0xad);

std::size_t block_bytes(const IkeSuite& suite) {
    if (suite.encryption == EncryptionId::triple_des) return 8;
    const bool cbc = suite.encryption == EncryptionId::aes_cbc || suite.encryption == EncryptionId::camellia_cbc;
    return cbc ? 16 : 1;
}

std::size_t iv_bytes(const IkeSuite& suite) { return block_bytes(suite) == 1 ? 8 : block_bytes(suite); }

std::size_t icv_bytes(const IkeSuite& suite) {
    if (suite.integrity) return xfrmd::crypto::icv_bytes(*suite.integrity);
    switch (static_cast<int>(suite.encryption)) {
        case 14:
        case 18:
        case 25:
            return 8;
        case 15:
        case 19:
        case 26:
            return 12;
        default:
            return 16;
    }
}

}  // namespace

TEST_CASE("every suite opens what it sealed, at many sizes", "[crypto][rfc7296-3.14][rfc5282-3]") {
    SeededRandom random(1);
    for (const IkeSuite& suite : sk_suites()) {
        CAPTURE(name(suite));
        SkCipher ours = sk_cipher(suite, 2);
        SkCipher theirs = sk_cipher(suite, 2);
        for (const unsigned size :
             {0U, 1U, 7U, 8U, 9U, 14U, 15U, 16U, 17U, 31U, 32U, 63U, 64U, 65U, 127U, 300U, 1200U, 20000U}) {
            const Bytes plaintext = random.bytes(size);
            const Bytes sealed = ours.seal(kAssociated, plaintext, random);
            CHECK(sealed.size() == ours.sealed_size(size));
            const std::size_t block = block_bytes(suite);
            CHECK(sealed.size() == iv_bytes(suite) + (size + block) / block * block + icv_bytes(suite));
            const auto opened = theirs.open(kAssociated, sealed);
            REQUIRE(opened);
            CHECK(*opened == plaintext);
        }
    }
}

TEST_CASE("no IV comes twice", "[crypto][rfc7296-3.14][rfc5282-3.1][rfc3686-3.1]") {
    SeededRandom random(3);
    for (const IkeSuite& suite : sk_suites()) {
        CAPTURE(name(suite));
        SkCipher cipher = sk_cipher(suite, 4);
        std::set<Bytes> ivs;
        for (int i = 0; i < 100; ++i) {
            const Bytes sealed = cipher.seal(kAssociated, Bytes(5), random);
            ivs.insert(Bytes(sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(iv_bytes(suite))));
        }
        CHECK(ivs.size() == 100);
    }
}

TEST_CASE("the IV counter ends after the last value and does not begin again", "[crypto][rfc5282-3.1]") {
    IvCounter counter(~std::uint64_t{0} - 1);
    std::array<std::uint8_t, 8> iv{};
    REQUIRE(counter.write(iv));
    CHECK(to_hex(iv) == "fffffffffffffffe");
    REQUIRE(counter.write(iv));
    CHECK(to_hex(iv) == "ffffffffffffffff");
    CHECK_FALSE(counter.write(iv));
    CHECK_FALSE(counter.write(iv));
    REQUIRE(IvCounter().write(iv));
    CHECK(to_hex(iv) == "0000000000000000");
}

TEST_CASE("each flipped bit is detected", "[crypto][rfc7296-3.14]") {
    SeededRandom random(5);
    for (const IkeSuite& suite : sk_suites()) {
        CAPTURE(name(suite));
        SkCipher cipher = sk_cipher(suite, 6);
        Bytes sealed = cipher.seal(kAssociated, random.bytes(20), random);
        for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
            sealed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
            const auto opened = cipher.open(kAssociated, sealed);
            REQUIRE_FALSE(opened);
            CHECK(opened.error().reason == Reason::IntegrityCheckFailed);
            sealed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        }
        Bytes associated = kAssociated;
        for (std::size_t bit = 0; bit < associated.size() * 8; ++bit) {
            associated[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
            CHECK_FALSE(cipher.open(associated, sealed));
            associated[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        }
        // After all these refusals the cipher still works.
        CHECK(cipher.open(associated, sealed));
    }
}

TEST_CASE("truncation at each length is refused, sizes first", "[crypto][rfc7296-3.14]") {
    SeededRandom random(7);
    for (const IkeSuite& suite : sk_suites()) {
        CAPTURE(name(suite));
        SkCipher cipher = sk_cipher(suite, 8);
        const Bytes sealed = cipher.seal(kAssociated, random.bytes(40), random);
        const std::size_t around = iv_bytes(suite) + icv_bytes(suite);
        for (std::size_t size = 0; size < sealed.size(); ++size) {
            const auto opened = cipher.open(kAssociated, ByteView(sealed).first(size));
            REQUIRE_FALSE(opened);
            const bool possible = size >= around + block_bytes(suite) && (size - around) % block_bytes(suite) == 0;
            CHECK(opened.error().reason ==
                  (possible ? Reason::IntegrityCheckFailed : Reason::EncryptedPayloadMalformed));
        }
        CHECK(cipher.open(kAssociated, sealed));
    }
}

TEST_CASE("another key opens nothing", "[crypto]") {
    SeededRandom random(9);
    for (const IkeSuite& suite : sk_suites()) {
        CAPTURE(name(suite));
        SkCipher ours = sk_cipher(suite, 10);
        SkCipher theirs = sk_cipher(suite, 11);
        const auto opened = theirs.open(kAssociated, ours.seal(kAssociated, Bytes(33), random));
        REQUIRE_FALSE(opened);
        CHECK(opened.error().reason == Reason::IntegrityCheckFailed);
    }
}

TEST_CASE("associated data of any length is no way to crash", "[crypto]") {
    SeededRandom random(12);
    for (const IkeSuite& suite : sk_suites()) {
        CAPTURE(name(suite));
        SkCipher cipher = sk_cipher(suite, 13);
        const Bytes sealed = cipher.seal(kAssociated, Bytes(10), random);
        for (const std::size_t size : {std::size_t{0}, std::size_t{65279}, std::size_t{65280}, std::size_t{200000}}) {
            CHECK_FALSE(cipher.open(Bytes(size), sealed));
        }
        CHECK(cipher.open(kAssociated, sealed));
    }
}
