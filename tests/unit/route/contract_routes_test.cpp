#include <catch2/catch_test_macros.hpp>

#include "netlink/route/routes.h"
#include "tests/unit/route/contract.h"

namespace xfrmd::netlink::route::test {

namespace {

constexpr RouteOwner kChild{1};

// A route wanted over eth0, which the world then loses in some way.
struct Watched {
    Watched() : world(make_world()), routes(world->network()) {
        world->make_gateway();
        REQUIRE(routes.want(inner_route(), kChild));
        REQUIRE(routes.want(inner_route("fd02::/64", "fd01::1", "2001:db8::2"), kChild));
        observe();
    }
    void observe() {
        for (const Event& event : world->observe()) routes.on_event(event);
    }
    std::size_t in_kernel() { return world->network().list_routes(kRouteTable)->size(); }

    std::unique_ptr<World> world;
    Routes routes;
};

}  // namespace

TEST_CASE("a route that somebody deleted is put back", "[route][hostile-g5]") {
    Watched watched;
    watched.world->remove_route("10.2.0.0/24", kRouteTable);
    watched.world->remove_route("fd02::/64", kRouteTable);
    CHECK(watched.in_kernel() == 0);
    watched.observe();
    CHECK(watched.routes.repair().restored == 2);
    CHECK(watched.in_kernel() == 2);
    // Its own echo does not set it off again.
    watched.observe();
    CHECK(watched.routes.is_complete());
}

TEST_CASE("routes come back with the interface that was switched off", "[route][hostile-g8]") {
    Watched watched;
    watched.world->switch_link("eth0", false);
    CHECK(watched.in_kernel() == 0);
    watched.observe();
    CHECK(watched.routes.repair().restored == 0);
    CHECK_FALSE(watched.routes.is_complete());
    watched.world->switch_link("eth0", true);
    watched.world->add_address("eth0", "2001:db8::1/64");
    watched.observe();
    CHECK(watched.routes.repair().restored == 2);
    CHECK(watched.in_kernel() == 2);
}

TEST_CASE("routes come back with an interface that was made anew", "[route][hostile-g8]") {
    Watched watched;
    watched.world->remove_link("eth0");
    watched.observe();
    CHECK(watched.routes.repair().restored == 0);
    watched.world->add_link("eth0");
    watched.world->switch_link("eth0", true);
    watched.world->add_address("eth0", "192.0.2.1/24");
    watched.world->add_address("eth0", "2001:db8::1/64");
    watched.observe();
    CHECK(watched.routes.repair().restored == 2);
    CHECK(watched.in_kernel() == 2);
}

TEST_CASE("routes of an interface that was renamed are still ours to delete", "[route][hostile-g8]") {
    Watched watched;
    watched.world->rename_link("eth0", "wan0");
    watched.observe();
    CHECK(watched.world->network().interfaces().by_name("wan0"));
    CHECK(watched.world->network().interfaces().by_name("eth0") == nullptr);
    CHECK(watched.in_kernel() == 2);
    CHECK(watched.routes.release(inner_route(), kChild));
    CHECK(watched.routes.release(inner_route("fd02::/64"), kChild));
    CHECK(watched.in_kernel() == 0);
}

TEST_CASE("routes come back with the source address that was taken", "[route][hostile-g8]") {
    Watched watched;
    watched.world->remove_address("eth1", "10.1.0.1/24");
    watched.world->remove_address("eth1", "fd01::1/64");
    watched.observe();
    CHECK(watched.routes.repair().restored == 0);
    watched.world->add_address("eth1", "10.1.0.1/24");
    watched.world->add_address("eth1", "fd01::1/64");
    watched.observe();
    CHECK(watched.routes.repair().restored == 2);
    CHECK(watched.in_kernel() == 2);
    const auto routes = watched.world->network().list_routes(kRouteTable);
    for (const RouteState& route : routes.value()) CHECK(route.source);
}

TEST_CASE("after lost events everything is put back", "[route][hostile-g2]") {
    Watched watched;
    watched.world->remove_route("10.2.0.0/24", kRouteTable);
    watched.world->events();
    REQUIRE(watched.world->network().refresh());
    watched.routes.on_event(Overrun{});
    CHECK(watched.routes.repair().failures.empty());
    CHECK(watched.routes.is_complete());
    CHECK(watched.in_kernel() == 2);
}

TEST_CASE("what an earlier life left is removed, and nothing else", "[route][hostile-g9]") {
    Watched watched;
    Network& network = watched.world->network();
    REQUIRE(network.add_route(inner_route("10.7.0.0/24")));
    REQUIRE(network.add_route(inner_route("fd07::/64", "fd01::1", "2001:db8::2")));
    RouteSpec foreign = inner_route("10.8.0.0/24");
    foreign.protocol = 99;
    REQUIRE(network.add_route(foreign));
    CHECK(watched.routes.remove_leftovers() == 2);
    CHECK(watched.in_kernel() == 3);
    CHECK(watched.routes.remove_leftovers() == 0);
}

}  // namespace xfrmd::netlink::route::test
