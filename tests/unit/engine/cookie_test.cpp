// Row A12 of tests/rfc/hostile.md: how long a cookie is good (RFC 7296 2.6).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "ike/ikev2/sa/cookie.h"
#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

TEST_CASE("a cookie is good for a minute at least and for two at most", "[engine][rfc7296-2.6][hostile-a12]") {
    ikev2::sa::CookieJar jar;
    SeededRandom random(1);
    const base::Bytes nonce(32, 5);
    const auto peer = address("192.0.2.2");
    const wire::IkeSpi spi{7};
    const auto start = base::Instant(seconds(1000));
    const auto make = [&](base::Instant at) { return jar.make(at, random, nonce, peer, spi); };
    const auto is_good = [&](base::Instant at, const base::Bytes& cookie) {
        return jar.check(at, random, cookie, nonce, peer, spi);
    };
    // However seldom it is used, and so however late it notices that it is time for another secret.
    const auto first = make(start);
    const auto pause = seconds(GENERATE(1, 30, 61, 90, 119));
    CHECK(is_good(start + pause, first));
    const auto second = make(start + pause);
    CHECK((second == first) == (pause < seconds(60)));
    CHECK_FALSE(is_good(start + seconds(120), first));
    CHECK_FALSE(is_good(start + seconds(1000), second));
}

TEST_CASE("the previous secret is good beside the current one, an older one is not",
          "[engine][rfc7296-2.6][hostile-a12]") {
    ikev2::sa::CookieJar jar;
    SeededRandom random(1);
    const base::Bytes nonce(32, 5);
    const auto peer = address("192.0.2.2");
    std::vector<base::Bytes> cookies;
    // Versions are a byte: they come round.
    for (int minute = 0; minute < 300; ++minute) {
        const auto now = base::Instant(seconds(1000 + 60 * minute));
        cookies.push_back(jar.make(now, random, nonce, peer, wire::IkeSpi{7}));
        for (std::size_t age = 0; age < cookies.size(); ++age) {
            const base::Bytes& cookie = cookies[cookies.size() - 1 - age];
            CHECK(jar.check(now + seconds(59), random, cookie, nonce, peer, wire::IkeSpi{7}) == (age < 2));
        }
    }
}

}  // namespace xfrmd::tests
