// The simulator sees what it is to see, and a seed says everything.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/sim/invariants.h"
#include "tests/sim/streams.h"
#include "tests/sim/world.h"
#include "tests/support/policies.h"

namespace xfrmd::sim {

namespace {

using Catch::Matchers::ContainsSubstring;

// Two gateways with one child, watched, before or after they are connected.
struct Watched {
    Watched() : network(1, nullptr), streams(network, 2) {
        network.add("192.0.2.1", tests::snapshot(tests::ConnectionWords{}), {});
        network.add("192.0.2.2", tests::snapshot(tests::mirrored({})), {});
        streams.add(0, 1, {tests::address("10.1.0.1"), tests::address("10.2.0.1")});
        network.wire.after_feed = [this](Host& host) {
            check_step(network, host, {2, 2});
            streams.after(host);
        };
    }

    void connect() {
        network.wire.initiate(network.at(0), "192.0.2.2");
        network.wire.settle();
        // Once more, now that nothing is under way.
        for (Host* host : network.hosts()) network.wire.feed(*host, ike::TimePassed{});
        REQUIRE(network.violation() == "");
    }

    void step() { network.wire.feed(network.at(0), ike::TimePassed{}); }

    Network network;
    Streams streams;
};

const std::vector<Wanted> kWanted = {{0, 1, "gw", "gw", "net"}};

}  // namespace

TEST_CASE("a child that goes from a kernel alone is seen", "[sim]") {
    Watched watched;
    watched.connect();
    auto& kernel = watched.network.at(0).kernel;
    SECTION("removed") {
        kernel.remove(kernel.list().at(0)->child);
        watched.step();
        CHECK_THAT(watched.network.violation(), ContainsSubstring("knows a child that its kernel does not have"));
    }
    SECTION("left over") {
        ike::ChildInstall child;
        child.child = ike::ChildSaId{77};
        kernel.install(std::move(child));
        watched.step();
        CHECK_THAT(watched.network.violation(), ContainsSubstring("has a child in its kernel only"));
    }
}

TEST_CASE("a packet that no longer passes is seen, if nobody has ordered it", "[sim]") {
    const bool ordered = GENERATE(true, false);
    Watched watched;
    watched.connect();
    if (ordered) watched.streams.excuse(0);
    watched.network.wire.clear(watched.network.at(0), watched.network.at(0).sas().at(0)->sa().id);
    CHECK(watched.network.is_sound() == ordered);
    if (!ordered) CHECK_THAT(watched.network.violation(), ContainsSubstring("is dropped by its sender"));
}

TEST_CASE("a packet that is not wanted in clear is seen where nothing guards it", "[sim]") {
    Network network(1, nullptr);
    Host& left = network.wire.add("192.0.2.1", tests::snapshot(tests::ConnectionWords{}));
    const tests::Packet packet{tests::address("10.1.0.1"), tests::address("10.2.0.1")};
    CHECK(left.kernel.depart(packet).fate == tests::Fate::in_clear);
    CHECK(left.kernel.accepts_in_clear({packet.destination, packet.source}));
    left.kernel.guard(tests::selectors({"10.1.0.0/16"}), tests::selectors({"10.2.0.0/16"}));
    CHECK(left.kernel.depart(packet).fate == tests::Fate::dropped);
    CHECK_FALSE(left.kernel.accepts_in_clear({packet.destination, packet.source}));
}

TEST_CASE("what is left, lacks or never ends is seen in the quiet", "[sim]") {
    Watched watched;
    SECTION("no child") {
        check_quiet(watched.network, kWanted, 1);
        CHECK_THAT(watched.network.violation(), ContainsSubstring("stands 0 times"));
    }
    SECTION("only one end") {
        watched.connect();
        watched.network.restart(1);
        check_quiet(watched.network, kWanted, 1);
        CHECK_THAT(watched.network.violation(), ContainsSubstring("no other end"));
    }
    SECTION("an operation") {
        watched.connect();
        watched.network.at(0).begun.push_back(99);
        check_quiet(watched.network, kWanted, 1);
        CHECK_THAT(watched.network.violation(), ContainsSubstring("operation 99"));
    }
    SECTION("an IKE SA") {
        watched.connect();
        check_empty(watched.network);
        CHECK_THAT(watched.network.violation(), ContainsSubstring("keeps 1 IKE SAs"));
    }
}

TEST_CASE("the same seed gives the same world", "[sim]") {
    for (std::uint64_t seed = 1; seed <= 5; ++seed)
        CHECK(run(Kind::gateways, seed, nullptr).hash == run(Kind::gateways, seed, nullptr).hash);
    CHECK(run(Kind::gateways, 1, nullptr).hash != run(Kind::gateways, 2, nullptr).hash);
}

}  // namespace xfrmd::sim
