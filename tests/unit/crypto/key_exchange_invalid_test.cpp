// Public values that a peer must not send (RFC 6989; hostile inputs), each refused and each for its own reason.
#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/key_exchange.h"
#include "tests/unit/crypto/support.h"

using nlohmann::json;
using xfrmd::base::Bytes;
using xfrmd::base::Reason;
using xfrmd::base::to_hex;
using xfrmd::crypto::answer_key_exchange;
using xfrmd::crypto::KeyExchange;
using xfrmd::crypto::public_value_bytes;
using xfrmd::policy::KeyExchangeId;
using xfrmd::tests::hex;
using xfrmd::tests::SeededRandom;
using xfrmd::tests::vectors;

namespace {

bool refuses(KeyExchangeId method, const Bytes& value) {
    SeededRandom random(6);
    const auto made = KeyExchange::make(method, random);
    const auto secret = (*made)->shared_secret(value);
    return !secret && secret.error().reason == Reason::KeyExchangeValueInvalid;
}

// `value` + `add`, most significant byte first; `add` may be negative.
Bytes plus(Bytes value, int add) {
    for (std::size_t at = value.size(); at-- > 0 && add != 0;) {
        const int sum = value[at] + add;
        value[at] = static_cast<std::uint8_t>(sum & 0xff);
        add = (sum - (sum & 0xff)) / 256;
    }
    return value;
}

Bytes reversed(Bytes value) {
    std::ranges::reverse(value);
    return value;
}

constexpr KeyExchangeId kEcp[] = {KeyExchangeId::ecp192,   KeyExchangeId::ecp224,   KeyExchangeId::ecp256,
                                  KeyExchangeId::ecp384,   KeyExchangeId::ecp521,   KeyExchangeId::ecp224bp,
                                  KeyExchangeId::ecp256bp, KeyExchangeId::ecp384bp, KeyExchangeId::ecp512bp};

}  // namespace

TEST_CASE("a public value of another length is refused by every method", "[crypto][rfc7296-3.4]") {
    for (int id = 0; id < 40; ++id) {
        const auto method = static_cast<KeyExchangeId>(id);
        const std::size_t size = public_value_bytes(method);
        // The largest groups share their code with the smaller ones; ML-KEM has a test of its own.
        if (size == 0 || size > 256) continue;
        SeededRandom random(7);
        const auto theirs = KeyExchange::make(method, random);
        Bytes longer = (*theirs)->public_value();
        Bytes shorter = longer;
        longer.push_back(0);
        shorter.pop_back();
        CAPTURE(id);
        CHECK(refuses(method, {}));
        CHECK(refuses(method, {0}));
        CHECK(refuses(method, shorter));
        CHECK(refuses(method, longer));
        CHECK(refuses(method, Bytes(2 * size, 1)));
    }
}

TEST_CASE("MODP values outside 2 .. p-2 are refused", "[crypto][rfc6989-2.1]") {
    for (const json& group : vectors("modp_primes.json", "groups")) {
        const auto method = static_cast<KeyExchangeId>(group["method"].get<int>());
        const Bytes prime = hex(group["prime"]);
        const Bytes zero(prime.size());
        if (prime.size() > 512) continue;
        CAPTURE(group["method"].get<int>());
        CHECK(refuses(method, zero));
        CHECK(refuses(method, plus(zero, 1)));
        CHECK_FALSE(refuses(method, plus(zero, 2)));
        CHECK_FALSE(refuses(method, plus(prime, -2)));
        CHECK(refuses(method, plus(prime, -1)));
        CHECK(refuses(method, prime));
        CHECK(refuses(method, plus(prime, 1)));
        CHECK(refuses(method, Bytes(prime.size(), 0xff)));
    }
}

TEST_CASE("values outside the subgroup are refused in the RFC 5114 groups", "[crypto][rfc6989-2.2][rfc5114-2]") {
    for (const json& vector : vectors("key_exchange.json", "vectors")) {
        const auto method = static_cast<KeyExchangeId>(vector["method"].get<int>());
        if (method < KeyExchangeId::modp1024s160 || method > KeyExchangeId::modp2048s256) continue;
        CAPTURE(vector["rfc"].get<std::string>());
        const Bytes good = hex(vector["public_i"]);
        const Bytes zero(good.size());
        CHECK_FALSE(refuses(method, good));
        CHECK(refuses(method, zero));
        CHECK(refuses(method, plus(zero, 1)));
        CHECK(refuses(method, plus(zero, 2)));
        CHECK(refuses(method, plus(zero, 4)));
        CHECK(refuses(method, plus(good, 1)));
        CHECK(refuses(method, Bytes(good.size(), 0xff)));
    }
}

TEST_CASE("p-1 has order 2 and is refused in the RFC 5114 groups", "[crypto][rfc6989-2.2]") {
    // RFC 5114 2.1
    const Bytes prime =
        hex("B10B8F96A080E01DDE92DE5EAE5D54EC52C99FBCFB06A3C69A6A9DCA52D23B616073E28675A23D189838EF1E2EE652C0"
            "13ECB4AEA906112324975C3CD49B83BFACCBDD7D90C4BD7098488E9C219A73724EFFD6FAE5644738FAA31A4FF55BCCC0"
            "A151AF5F0DC8B4BD45BF37DF365C1A65E68CFDA76D4DA708DF1FB2BC2E4A4371");
    CHECK(refuses(KeyExchangeId::modp1024s160, plus(prime, -1)));
    CHECK(refuses(KeyExchangeId::modp1024s160, plus(prime, -2)));
    CHECK(refuses(KeyExchangeId::modp1024s160, prime));
}

TEST_CASE("points that are not on the curve are refused", "[crypto][rfc6989-2.3]") {
    for (const KeyExchangeId method : kEcp) {
        CAPTURE(static_cast<int>(method));
        SeededRandom random(8);
        const auto theirs = KeyExchange::make(method, random);
        const Bytes good = (*theirs)->public_value();
        CHECK_FALSE(refuses(method, good));
        for (const std::size_t at : {std::size_t{0}, good.size() / 2 - 1, good.size() / 2, good.size() - 1}) {
            Bytes bad = good;
            bad[at] ^= 1;
            CHECK(refuses(method, bad));
        }
        Bytes swapped(good.begin() + static_cast<std::ptrdiff_t>(good.size() / 2), good.end());
        xfrmd::base::append(swapped, xfrmd::base::ByteView(good).first(good.size() / 2));
        CHECK(refuses(method, swapped));
    }
}

TEST_CASE("encodings of infinity, and coordinates that are not reduced, are refused",
          "[crypto][rfc5903-7][rfc6989-2.3]") {
    for (const KeyExchangeId method : kEcp) {
        CAPTURE(static_cast<int>(method));
        const std::size_t size = public_value_bytes(method);
        Bytes one(size);
        one.back() = 1;
        CHECK(refuses(method, Bytes(size)));
        CHECK(refuses(method, one));
        CHECK(refuses(method, Bytes(size, 0xff)));
    }
    // P-256: (0, sqrt b) is on the curve, its twin with x = p is the same point in another encoding.
    const std::string y = "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4";
    CHECK_FALSE(refuses(KeyExchangeId::ecp256, hex(std::string(64, '0') + y)));
    CHECK(refuses(KeyExchangeId::ecp256, hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff" + y)));
}

// Points of order 1, 2, 4 and 8 on Curve25519 and its twist, reduced and not, least significant byte first.
TEST_CASE("X25519 values that lead to zeros are refused", "[crypto][rfc7748-6.1][rfc7748-7]") {
    const Bytes low_order[] = {
        Bytes(32),
        hex("0100000000000000000000000000000000000000000000000000000000000000"),
        hex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        hex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
        hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        hex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        hex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    };
    for (Bytes value : low_order) {
        CAPTURE(to_hex(value));
        CHECK(refuses(KeyExchangeId::x25519, value));
        value.back() |= 0x80;  // RFC 7748 5: the top bit is ignored
        CHECK(refuses(KeyExchangeId::x25519, value));
    }
    CHECK_FALSE(refuses(KeyExchangeId::x25519, reversed(plus(Bytes(32), 9))));
}

TEST_CASE("X448 values that lead to zeros are refused", "[crypto][rfc7748-6.2][rfc7748-7]") {
    const Bytes prime =
        hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffffffffffffffffffffffffffffff"
            "ffffff");
    const Bytes zero(56);
    for (const Bytes& value : {zero, plus(zero, 1), plus(prime, -1), prime, plus(prime, 1)}) {
        CAPTURE(to_hex(value));
        CHECK(refuses(KeyExchangeId::x448, reversed(value)));
    }
    CHECK_FALSE(refuses(KeyExchangeId::x448, reversed(plus(zero, 5))));
}

TEST_CASE("ML-KEM: an encapsulation key of another length, or with a coefficient of q or more, is refused",
          "[crypto][hostile-c7]") {
    for (const KeyExchangeId method : {KeyExchangeId::mlkem512, KeyExchangeId::mlkem768, KeyExchangeId::mlkem1024}) {
        CAPTURE(static_cast<int>(method));
        SeededRandom random(14);
        const auto refuses_key = [&](const Bytes& key) {
            const auto answer = answer_key_exchange(method, key, random);
            return !answer && answer.error().reason == Reason::KeyExchangeValueInvalid;
        };
        const auto theirs = KeyExchange::make(method, random);
        const Bytes good = (*theirs)->public_value();
        CHECK_FALSE(refuses_key(good));
        CHECK(refuses_key({}));
        CHECK(refuses_key(Bytes(good.begin(), good.end() - 1)));
        Bytes longer = good;
        longer.push_back(0);
        CHECK(refuses_key(longer));
        // FIPS 203 7.2, modulus check: coefficients are 12 bits each and less than 3329.
        for (const std::size_t at : {std::size_t{0}, good.size() - 32 - 3}) {
            Bytes bad = good;
            bad[at] = 0x01;
            bad[at + 1] = static_cast<std::uint8_t>((bad[at + 1] & 0xf0U) | 0x0dU);
            CHECK(refuses_key(bad));
            bad[at] = 0x00;
            CHECK_FALSE(refuses_key(bad));
        }
        CHECK(refuses_key(Bytes(good.size(), 0xff)));
    }
}

TEST_CASE("ML-KEM: a ciphertext of another length is refused, a wrong one gives another secret",
          "[crypto][hostile-c7]") {
    for (const KeyExchangeId method : {KeyExchangeId::mlkem512, KeyExchangeId::mlkem768, KeyExchangeId::mlkem1024}) {
        SeededRandom random(15);
        const auto ours = KeyExchange::make(method, random);
        const auto answer = answer_key_exchange(method, (*ours)->public_value(), random);
        for (const std::size_t size :
             {std::size_t{0}, answer->public_value.size() - 1, answer->public_value.size() + 1}) {
            const auto secret = (*ours)->shared_secret(Bytes(size));
            REQUIRE_FALSE(secret);
            CHECK(secret.error().reason == Reason::KeyExchangeValueInvalid);
        }
        // FIPS 203 6.3: implicit rejection.
        Bytes wrong = answer->public_value;
        wrong[0] ^= 1;
        const auto secret = (*ours)->shared_secret(wrong);
        REQUIRE(secret);
        CHECK_FALSE(*secret == answer->secret);
    }
}
