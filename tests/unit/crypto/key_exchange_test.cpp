#include "ike/crypto/key_exchange.h"

#include <catch2/catch_test_macros.hpp>

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
using xfrmd::tests::ScriptedRandom;
using xfrmd::tests::SeededRandom;
using xfrmd::tests::vectors;

namespace {

constexpr KeyExchangeId kAll[] = {
    KeyExchangeId::modp768,      KeyExchangeId::modp1024,     KeyExchangeId::modp1536,     KeyExchangeId::modp2048,
    KeyExchangeId::modp3072,     KeyExchangeId::modp4096,     KeyExchangeId::modp6144,     KeyExchangeId::modp8192,
    KeyExchangeId::modp1024s160, KeyExchangeId::modp2048s224, KeyExchangeId::modp2048s256, KeyExchangeId::ecp192,
    KeyExchangeId::ecp224,       KeyExchangeId::ecp256,       KeyExchangeId::ecp384,       KeyExchangeId::ecp521,
    KeyExchangeId::ecp224bp,     KeyExchangeId::ecp256bp,     KeyExchangeId::ecp384bp,     KeyExchangeId::ecp512bp,
    KeyExchangeId::x25519,       KeyExchangeId::x448,
};

std::unique_ptr<KeyExchange> make(KeyExchangeId method, xfrmd::base::Random& random) {
    auto made = KeyExchange::make(method, random);
    if (!made) throw std::runtime_error(made.error().sentence());
    return std::move(*made);
}

}  // namespace

TEST_CASE("key exchanges of the RFCs give their values",
          "[crypto][rfc5114-A][rfc5903-8][rfc6954-A][rfc7748-6][rfc8031-A][rfc7296-3.4]") {
    for (const json& vector : vectors("key_exchange.json", "vectors")) {
        CAPTURE(vector["rfc"].get<std::string>());
        const auto method = static_cast<KeyExchangeId>(vector["method"].get<int>());
        ScriptedRandom random_i(hex(vector["private_i"]));
        ScriptedRandom random_r(hex(vector["private_r"]));
        const auto i = make(method, random_i);
        const auto r = make(method, random_r);
        CHECK(to_hex(i->public_value()) == vector["public_i"].get<std::string>());
        CHECK(to_hex(r->public_value()) == vector["public_r"].get<std::string>());
        const auto secret_i = i->shared_secret(hex(vector["public_r"]));
        const auto secret_r = r->shared_secret(hex(vector["public_i"]));
        REQUIRE(secret_i);
        REQUIRE(secret_r);
        CHECK(to_hex(secret_i->view()) == vector["shared_secret"].get<std::string>());
        CHECK(to_hex(secret_r->view()) == vector["shared_secret"].get<std::string>());
    }
}

// g is 2, so that with n, the length of p, as private value the public one is 2^n - p: its two's complement, which
// begins with the zeros that RFC 7296 3.4 asks for, because p begins with 64 ones.
TEST_CASE("MODP groups have the RFCs' primes, and public values are padded to their length",
          "[crypto][rfc2409-6][rfc3526-2][rfc7296-3.4]") {
    for (const json& group : vectors("modp_primes.json", "groups")) {
        CAPTURE(group["rfc"].get<std::string>());
        const auto method = static_cast<KeyExchangeId>(group["method"].get<int>());
        const Bytes prime = hex(group["prime"]);
        // The length of our private values, which the first draw must match.
        const std::size_t private_bytes = prime.size() <= 256   ? 32
                                          : prime.size() == 384 ? 36
                                          : prime.size() == 512 ? 41
                                          : prime.size() == 768 ? 47
                                                                : 53;
        Bytes exponent(private_bytes);
        exponent[private_bytes - 2] = static_cast<std::uint8_t>(prime.size() * 8 >> 8);
        ScriptedRandom random(exponent);
        const Bytes value = make(method, random)->public_value();
        REQUIRE(value.size() == prime.size());
        unsigned carry = 1;
        Bytes negated(prime.size());
        for (std::size_t at = prime.size(); at-- > 0;) {
            carry += static_cast<std::uint8_t>(~prime[at]);
            negated[at] = static_cast<std::uint8_t>(carry);
            carry >>= 8;
        }
        CHECK(to_hex(value) == to_hex(negated));
        CHECK(value[0] == 0);
    }
}

TEST_CASE("both sides of every method agree", "[crypto][rfc7296-2.14][rfc7296-3.4]") {
    SeededRandom random(2);
    for (const KeyExchangeId method : kAll) {
        CAPTURE(static_cast<int>(method));
        const auto i = make(method, random);
        const auto r = make(method, random);
        CHECK(i->method() == method);
        CHECK(i->public_value().size() == public_value_bytes(method));
        CHECK(i->public_value() != r->public_value());
        const auto secret_i = i->shared_secret(r->public_value());
        const auto secret_r = r->shared_secret(i->public_value());
        REQUIRE(secret_i);
        REQUIRE(secret_r);
        CHECK(*secret_i == *secret_r);
        CHECK_FALSE(secret_i->empty());
    }
}

TEST_CASE("a seed gives the same key pair again", "[crypto]") {
    for (const KeyExchangeId method : {KeyExchangeId::modp2048, KeyExchangeId::ecp256, KeyExchangeId::x25519}) {
        SeededRandom first(3);
        SeededRandom second(3);
        CHECK(make(method, first)->public_value() == make(method, second)->public_value());
    }
}

TEST_CASE("a key pair gives one secret", "[crypto][rfc7296-2.12]") {
    SeededRandom random(4);
    for (const KeyExchangeId method : {KeyExchangeId::modp2048, KeyExchangeId::ecp256, KeyExchangeId::x25519}) {
        const auto ours = make(method, random);
        const auto theirs = make(method, random);
        // A value that was refused does not count: the true one may still come (RFC 6989 2.5).
        CHECK_FALSE(ours->shared_secret(Bytes(3)));
        CHECK(ours->shared_secret(theirs->public_value()));
        const auto again = ours->shared_secret(theirs->public_value());
        REQUIRE_FALSE(again);
        CHECK(again.error().reason == Reason::InternalInconsistency);
    }
}

TEST_CASE("a method that is unknown or of another kind is refused by name", "[crypto][rfc7296-3.3.2]") {
    SeededRandom random(5);
    for (const int method : {0, 3, 4, 33, 34, 38, 1000, 65535}) {
        const auto made = KeyExchange::make(static_cast<KeyExchangeId>(method), random);
        REQUIRE_FALSE(made);
        CHECK(made.error().reason == Reason::AlgorithmUnavailable);
        CHECK(public_value_bytes(static_cast<KeyExchangeId>(method)) == 0);
    }
}

TEST_CASE("a generator that gives nothing but zeros makes no key pair and no endless loop", "[crypto]") {
    class : public xfrmd::base::Random {
        void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, std::uint8_t{0}); }
    } zeros;
    CHECK_FALSE(KeyExchange::make(KeyExchangeId::ecp256, zeros));
    CHECK_FALSE(KeyExchange::make(KeyExchangeId::modp2048, zeros));
}

TEST_CASE("ML-KEM: the responder's value is made from the initiator's", "[crypto][rfc9370-2.2.2]") {
    struct Sizes {
        KeyExchangeId method;
        std::size_t encapsulation_key, ciphertext;
    };
    SeededRandom random(11);
    // FIPS 203 8, table 3
    for (const Sizes& sizes : {Sizes{KeyExchangeId::mlkem512, 800, 768}, Sizes{KeyExchangeId::mlkem768, 1184, 1088},
                               Sizes{KeyExchangeId::mlkem1024, 1568, 1568}}) {
        CAPTURE(static_cast<int>(sizes.method));
        const auto i = make(sizes.method, random);
        CHECK(i->public_value().size() == sizes.encapsulation_key);
        CHECK(public_value_bytes(sizes.method) == sizes.encapsulation_key);
        const auto answer = answer_key_exchange(sizes.method, i->public_value(), random);
        REQUIRE(answer);
        CHECK(answer->public_value.size() == sizes.ciphertext);
        const auto secret = i->shared_secret(answer->public_value);
        REQUIRE(secret);
        CHECK(*secret == answer->secret);
        CHECK(secret->size() == 32);
        CHECK_FALSE(i->shared_secret(answer->public_value));
    }
}

TEST_CASE("ML-KEM: a seed gives the same keys again, no two secrets are the same", "[crypto]") {
    SeededRandom first(12);
    SeededRandom second(12);
    const auto one = make(KeyExchangeId::mlkem768, first);
    CHECK(one->public_value() == make(KeyExchangeId::mlkem768, second)->public_value());
    const auto answer = answer_key_exchange(KeyExchangeId::mlkem768, one->public_value(), first);
    const auto another = answer_key_exchange(KeyExchangeId::mlkem768, one->public_value(), first);
    CHECK_FALSE(answer->secret == another->secret);
}

TEST_CASE("whoever answers a Diffie-Hellman exchange has a key pair of its own", "[crypto][rfc7296-2.14]") {
    SeededRandom random(13);
    for (const KeyExchangeId method : {KeyExchangeId::modp2048, KeyExchangeId::ecp256, KeyExchangeId::x25519}) {
        const auto i = make(method, random);
        const auto answer = answer_key_exchange(method, i->public_value(), random);
        REQUIRE(answer);
        CHECK(*i->shared_secret(answer->public_value) == answer->secret);
    }
    CHECK(answer_key_exchange(KeyExchangeId::x25519, Bytes(31), random).error().reason ==
          Reason::KeyExchangeValueInvalid);
    CHECK(answer_key_exchange(static_cast<KeyExchangeId>(1000), Bytes(31), random).error().reason ==
          Reason::AlgorithmUnavailable);
}
