#include <set>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/chacha_random.h"
#include "tests/unit/crypto/support.h"

using xfrmd::base::Bytes;
using xfrmd::base::to_hex;
using xfrmd::crypto::ChaChaRandom;
using xfrmd::tests::SeededRandom;

TEST_CASE("the daemon's generator does not repeat itself, also across seedings", "[crypto][hostile-c10]") {
    const auto random = ChaChaRandom::make();
    REQUIRE(random);
    std::set<Bytes> seen;
    for (int i = 0; i < 10000; ++i) seen.insert((*random)->bytes(16));
    CHECK(seen.size() == 10000);
    (*random)->fill({});
    const auto other = ChaChaRandom::make();
    REQUIRE(other);
    CHECK_FALSE(seen.contains((*other)->bytes(16)));
}

TEST_CASE("after a fork parent and child draw different bytes", "[crypto][hostile-c10]") {
    const auto random = ChaChaRandom::make();
    REQUIRE(random);
    (*random)->number();
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
        const std::uint64_t drawn = (*random)->number();
        const bool written = write(pipe_ends[1], &drawn, sizeof drawn) == static_cast<ssize_t>(sizeof drawn);
        _exit(written ? 0 : 1);
    }
    REQUIRE(child > 0);
    std::uint64_t of_child = 0;
    CHECK(read(pipe_ends[0], &of_child, sizeof of_child) == static_cast<ssize_t>(sizeof of_child));
    CHECK(of_child != (*random)->number());
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

TEST_CASE("the generator of tests gives the same bytes for ever", "[crypto]") {
    SeededRandom random(0);
    // The first outputs of SplitMix64 from seed 0, least significant byte first.
    CHECK(to_hex(random.bytes(8)) == "afcd1d7b39a820e2");
    CHECK(to_hex(random.bytes(3)) == "f465b9");
    CHECK(random.number() == 0x06c45d188009454f);
    CHECK(SeededRandom(7).bytes(40) == SeededRandom(7).bytes(40));
    CHECK(SeededRandom(7).bytes(40) != SeededRandom(8).bytes(40));
}
