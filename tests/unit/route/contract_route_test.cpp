#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cerrno>

#include "tests/unit/route/contract.h"

namespace xfrmd::netlink::route::test {

namespace {

bool is_listed(Network& network, const RouteSpec& route) {
    const auto routes = network.list_routes(route.table);
    REQUIRE(routes);
    const auto index = network.interfaces().by_name(route.interface);
    return std::any_of(routes->begin(), routes->end(), [&](const RouteState& state) {
        return id_of(state) == id_of(route) && state.source == route.source && state.gateway == route.gateway &&
               state.protocol == route.protocol && index != nullptr && state.interface == index->index;
    });
}

std::size_t listed(Network& network) { return network.list_routes(kRouteTable)->size(); }

}  // namespace

TEST_CASE("one question tells source, interface and next hop", "[route]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    const auto eth0 = network.interfaces().by_name("eth0")->index;
    SECTION("over a router") {
        CHECK(network.route_to({address("198.51.100.7"), {}}).value() ==
              RouteAnswer{address("192.0.2.1"), eth0, address("192.0.2.2"), kMainTable, false});
        CHECK(network.route_to({address("2001:db8:1::7"), {}}).value() ==
              RouteAnswer{address("2001:db8::1"), eth0, address("2001:db8::2"), kMainTable, false});
    }
    SECTION("on the link") {
        CHECK(network.route_to({address("192.0.2.77"), {}}).value() ==
              RouteAnswer{address("192.0.2.1"), eth0, std::nullopt, kMainTable, false});
    }
    SECTION("from a source of our choice") {
        CHECK(network.route_to({address("198.51.100.7"), address("10.1.0.1")})->source == address("10.1.0.1"));
        CHECK(network.route_to({address("2001:db8:1::7"), address("fd01::1")})->source == address("fd01::1"));
    }
    SECTION("to ourselves") {
        const auto answer = network.route_to({address("10.1.0.1"), {}});
        REQUIRE(answer);
        CHECK(answer->local);
        CHECK(answer->source == address("10.1.0.1"));
        CHECK(network.route_to({address("fd01::1"), {}})->local);
    }
}

TEST_CASE("a question that cannot be answered says why", "[route]") {
    const auto world = make_world();
    Network& network = world->network();
    CHECK(errno_of(network.route_to({address("198.51.100.7"), {}})) == ENETUNREACH);
    CHECK(errno_of(network.route_to({address("2001:db8:1::7"), {}})) == ENETUNREACH);
    world->make_gateway();
    CHECK(errno_of(network.route_to({address("198.51.100.7"), address("198.51.100.8")})) == ENETUNREACH);
    CHECK(errno_of(network.route_to({address("198.51.100.7"), address("2001:db8::1")})) == EINVAL);
}

TEST_CASE("a route is added, found by packets, and deleted; our own questions look past it", "[route]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    REQUIRE(network.ensure_rule({}));
    for (const RouteSpec& route : {inner_route("0.0.0.0/0"), inner_route("::/0", "fd01::1", "2001:db8::2")}) {
        const auto peer = address(route.destination.network.is_v6() ? "2001:db8:1::7" : "198.51.100.7");
        const auto before = network.route_to({peer, {}});
        const auto state = network.add_route(route);
        REQUIRE(state);
        CHECK(is_listed(network, route));
        const auto packet = network.route_to({peer, {}, 0});
        REQUIRE(packet);
        CHECK(packet->table == kRouteTable);
        CHECK(packet->source == route.source);
        CHECK(packet->next_hop == route.gateway);
        CHECK(network.route_to({peer, {}}).value() == before.value());
        CHECK(network.delete_route(*state));
        CHECK(network.route_to({peer, {}, 0}).value() == before.value());
    }
}

TEST_CASE("adding a route again changes nothing, adding another one replaces it", "[route]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    for (RouteSpec route : {inner_route(), inner_route("fd02::/64", "fd01::1", "2001:db8::2")}) {
        const std::size_t before = listed(network);
        REQUIRE(network.add_route(route));
        REQUIRE(network.add_route(route));
        CHECK(listed(network) == before + 1);
        route.gateway.reset();
        route.source.reset();
        route.interface = "eth1";
        route.mtu = 1400;
        REQUIRE(network.add_route(route));
        CHECK(listed(network) == before + 1);
        CHECK(is_listed(network, route));
        route.metric = 77;
        REQUIRE(network.add_route(route));
        CHECK(listed(network) == before + 2);
        CHECK(is_listed(network, route));
    }
}

TEST_CASE("host bits of a destination do not count", "[route]") {
    const auto world = make_world();
    world->make_gateway();
    RouteSpec route = inner_route();
    route.destination.network = address("10.2.0.77");
    const auto state = world->network().add_route(route);
    REQUIRE(state);
    CHECK(is_listed(world->network(), inner_route()));
    CHECK(world->network().delete_route(*state));
    CHECK(listed(world->network()) == 0);
}

TEST_CASE("in Linux's own tables nobody's route is replaced", "[route][hostile-g5]") {
    const auto world = make_world();
    world->make_gateway();
    RouteSpec route = inner_route();
    route.table = kMainTable;
    REQUIRE(world->network().add_route(route));
    CHECK(errno_of(world->network().add_route(route)) == EEXIST);
    route.source.reset();
    CHECK(errno_of(world->network().add_route(route)) == EEXIST);
    CHECK(world->network().route_to({address("10.2.0.9"), {}})->source == address("10.1.0.1"));
    CHECK(errno_of(world->network().list_routes(kMainTable)) == EINVAL);
}

TEST_CASE("only the route that was meant is deleted, and one that is gone is no error", "[route][hostile-g5]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    const auto state = network.add_route(inner_route());
    REQUIRE(state);
    RouteState other = *state;
    other.gateway = address("192.0.2.3");
    CHECK(network.delete_route(other));
    other = *state;
    other.source = address("192.0.2.1");
    CHECK(network.delete_route(other));
    other = *state;
    other.protocol = 99;
    CHECK(network.delete_route(other));
    other = *state;
    other.interface = InterfaceIndex{9999};
    CHECK(network.delete_route(other));
    CHECK(listed(network) == 1);
    CHECK(network.delete_route(*state));
    CHECK(listed(network) == 0);
    CHECK(network.delete_route(*state));
}

TEST_CASE("a route that cannot be is refused", "[route]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    RouteSpec route = inner_route();
    route.interface = "nowhere0";
    CHECK(errno_of(network.add_route(route)) == ENODEV);
    route = inner_route("10.2.0.0/24", "10.9.9.9");
    CHECK(errno_of(network.add_route(route)) == EINVAL);
    route = inner_route("fd02::/64", "fd09::9", "2001:db8::2");
    CHECK(errno_of(network.add_route(route)) == EINVAL);
    route = inner_route("10.2.0.0/24", "fd01::1");
    CHECK(errno_of(network.add_route(route)) == EINVAL);
    route = inner_route("fd02::/64", "fd01::1", "192.0.2.2");
    CHECK(errno_of(network.add_route(route)) == EINVAL);
    route = inner_route();
    route.destination.length = 33;
    CHECK(errno_of(network.add_route(route)) == EINVAL);
    route = inner_route("10.2.0.0/24", "10.1.0.1", "203.0.113.1");
    CHECK_FALSE(network.add_route(route));
    world->switch_link("eth1", false);
    route = inner_route();
    route.source.reset();
    route.gateway.reset();
    route.interface = "eth1";
    CHECK(errno_of(network.add_route(route)) == ENETDOWN);
    CHECK(listed(network) == 0);
}

TEST_CASE("the rule is made once and removed by its maker", "[route]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    REQUIRE(network.add_route(inner_route()));
    const auto table_of_packets = [&] { return network.route_to({address("10.2.0.9"), {}, 0})->table; };
    CHECK(table_of_packets() == kMainTable);
    REQUIRE(network.ensure_rule({}));
    REQUIRE(network.ensure_rule({}));
    CHECK(table_of_packets() == kRouteTable);
    CHECK(network.route_to({address("10.2.0.9"), {}})->table == kMainTable);
    CHECK(network.remove_rule({}));
    CHECK(table_of_packets() == kMainTable);
    CHECK(network.remove_rule({}));
    SECTION("without an exception it is for our own questions, too") {
        RuleSpec for_all;
        for_all.except_mark.reset();
        REQUIRE(network.ensure_rule(for_all));
        CHECK(network.route_to({address("10.2.0.9"), {}})->table == kRouteTable);
        CHECK(network.remove_rule({}));
        CHECK(table_of_packets() == kRouteTable);
    }
}

}  // namespace xfrmd::netlink::route::test
