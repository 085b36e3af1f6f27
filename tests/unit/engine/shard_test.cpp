#include "ike/shard.h"

#include <catch2/catch_test_macros.hpp>

#include <set>

#include "tests/support/scripted_peer.h"

namespace xfrmd::tests {

namespace {

constexpr ike::Sharing kSharing{.shards = 7};

std::optional<std::uint8_t> engine_of_first(std::string_view remote, std::uint16_t port) {
    ScriptedPeer peer;
    return ike::shard_of({peer.engine, {*base::Address::parse(remote), port}, peer.init_request()}, kSharing);
}

}  // namespace

TEST_CASE("a peer that begins again finds the engine that has its other IKE SA", "[engine][rfc7296-2.8.3]") {
    std::set<std::uint8_t> used;
    for (int host = 1; host < 100; ++host) {
        const std::string remote = "192.0.2." + std::to_string(host);
        const auto shard = engine_of_first(remote, 500);
        REQUIRE(shard);
        CHECK(*shard == engine_of_first(remote, 4500));
        CHECK(*shard == ike::shard_of(*base::Address::parse(remote), kSharing.shards));
        used.insert(*shard);
    }
    CHECK(used.size() == kSharing.shards);
    CHECK(*used.rbegin() < kSharing.shards);
}

TEST_CASE("peers behind a NAT are each for the engine that has them", "[engine][rfc7296-2.23]") {
    CHECK_FALSE(engine_of_first("192.0.2.1", 501));
    CHECK_FALSE(engine_of_first("2001:db8::1", 61000));
}

}  // namespace xfrmd::tests
