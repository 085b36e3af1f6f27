#include "netlink/keyed_hash.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

// The key of the paper's test values (SipHash, appendix A): octets 0, 1, 2, ... 15.
constexpr HashKey kKey{0x0706050403020100, 0x0f0e0d0c0b0a0908};

// Of the octets 0, 1, 2, ... in so many words.
std::uint64_t hash_of_words(std::size_t words) {
    KeyedHash hash(kKey);
    std::uint64_t word = kKey.first;
    for (std::size_t i = 0; i < words; ++i, word += 0x0808080808080808) hash.add(word);
    return hash.result();
}

}  // namespace

// The paper's values are SipHash-2-4's. These are what OpenSSL makes of its key and messages, octets read lowest first:
// openssl mac -macopt hexkey:0001..0f -macopt c-rounds:1 -macopt d-rounds:3 -macopt size:8 SIPHASH
TEST_CASE("the hash is SipHash-1-3", "[netlink]") {
    CHECK(hash_of_words(0) == 0xabac0158050fc4dc);
    CHECK(hash_of_words(1) == 0x369095118d299a8e);
    CHECK(hash_of_words(2) == 0xcc4fdd1a7d908b66);
    CHECK(hash_of_words(5) == 0xc1d2363299e41531);
    CHECK(hash_of_words(7) == 0xb4bcc0db243c6d75);
}

TEST_CASE("who does not know the key does not know what meets whom", "[netlink]") {
    const SaId id{address("192.0.2.1"), Spi{0xc0000001}};
    CHECK(hash_of(kKey, id) == hash_of(kKey, id));
    CHECK(hash_of(kKey, id) != hash_of({kKey.first, kKey.second + 1}, id));
    CHECK(hash_of(kKey, id) != hash_of(kKey, SaId{address("192.0.2.1"), Spi{0xc0000002}}));
}

}  // namespace xfrmd::netlink::test
