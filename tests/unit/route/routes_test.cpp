#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "netlink/route/memory_network.h"
#include "netlink/route/routes.h"
#include "tests/unit/route/contract.h"

namespace xfrmd::netlink::route::test {

namespace {

constexpr RouteOwner kFirst{1};
constexpr RouteOwner kSecond{2};
constexpr RouteOwner kThird{3};

struct Host {
    Host() {
        for (const char* name : {"eth0", "eth1"}) {
            network.put_link(name);
            network.switch_link(name, true);
        }
        network.put_address("eth0", on_net("192.0.2.1/24"));
        network.put_address("eth1", on_net("10.1.0.1/24"));
        (void)network.refresh();
        network.take_events();
    }
    std::optional<base::Address> gateway() { return network.list_routes(kRouteTable)->at(0).gateway; }

    MemoryNetwork network;
    Routes routes{network};
};

RouteSpec via(const char* gateway, std::uint32_t table = kRouteTable) {
    RouteSpec route = inner_route("10.2.0.0/24", "10.1.0.1", gateway);
    route.table = table;
    return route;
}

}  // namespace

TEST_CASE("the last owner has the route deleted", "[route]") {
    Host host;
    REQUIRE(host.routes.want(inner_route(), kFirst));
    REQUIRE(host.routes.want(inner_route(), kSecond));
    REQUIRE(host.routes.want(inner_route(), kSecond));
    CHECK(host.network.route_count() == 1);
    CHECK(host.routes.release(inner_route(), kThird));
    CHECK(host.routes.release(inner_route(), kFirst));
    CHECK(host.network.route_count() == 1);
    CHECK(host.routes.release(inner_route(), kSecond));
    CHECK(host.network.route_count() == 0);
    CHECK(host.routes.size() == 0);
    CHECK(host.routes.release(inner_route(), kSecond));
}

TEST_CASE("where owners differ, the oldest one's route stands", "[route]") {
    Host host;
    REQUIRE(host.routes.want(via("192.0.2.2"), kFirst));
    REQUIRE(host.routes.want(via("192.0.2.3"), kSecond));
    CHECK(host.gateway() == address("192.0.2.2"));
    SECTION("until it goes") {
        CHECK(host.routes.release(via("192.0.2.2"), kFirst));
        CHECK(host.gateway() == address("192.0.2.3"));
    }
    SECTION("whatever becomes of the other") {
        REQUIRE(host.routes.want(via("192.0.2.4"), kSecond));
        CHECK(host.gateway() == address("192.0.2.2"));
        CHECK(host.routes.release(via("192.0.2.4"), kSecond));
        CHECK(host.gateway() == address("192.0.2.2"));
    }
    SECTION("and follows it where it moves") {
        REQUIRE(host.routes.want(via("192.0.2.5"), kFirst));
        CHECK(host.gateway() == address("192.0.2.5"));
        CHECK(host.network.route_count() == 1);
    }
}

TEST_CASE("in Linux's own tables a route moves by deleting the old one", "[route]") {
    Host host;
    REQUIRE(host.routes.want(via("192.0.2.2", kMainTable), kFirst));
    REQUIRE(host.routes.want(via("192.0.2.3", kMainTable), kFirst));
    CHECK(host.network.route_to({address("10.2.0.9"), {}})->next_hop == address("192.0.2.3"));
    CHECK(host.network.route_count() == 1);
    SECTION("and stays where it was if the new one is impossible") {
        CHECK_FALSE(host.routes.want(via("203.0.113.1", kMainTable), kFirst));
        CHECK(host.network.route_to({address("10.2.0.9"), {}})->next_hop == address("192.0.2.3"));
    }
    SECTION("and its own echo is no reason to fail") {
        for (const Event& event : host.network.take_events()) host.routes.on_event(event);
        CHECK_FALSE(host.routes.is_complete());
        CHECK(host.routes.repair().failures.empty());
        CHECK(host.routes.is_complete());
    }
}

TEST_CASE("what the kernel refuses is not wanted", "[route][hostile-g4]") {
    Host host;
    host.network.refuse_changes(ENOMEM);
    CHECK(errno_of(host.routes.want(inner_route(), kFirst)) == ENOMEM);
    CHECK(host.routes.size() == 0);
    host.network.refuse_changes(0);
    REQUIRE(host.routes.want(via("192.0.2.2"), kFirst));
    host.network.refuse_changes(EPERM);
    CHECK(errno_of(host.routes.want(via("192.0.2.3"), kFirst)) == EPERM);
    host.network.refuse_changes(0);
    CHECK(host.gateway() == address("192.0.2.2"));
    REQUIRE(host.routes.want(via("192.0.2.2"), kFirst));
    CHECK(host.routes.release(via("192.0.2.2"), kFirst));
    CHECK(host.network.route_count() == 0);
}

TEST_CASE("a release that the kernel refuses is told and forgotten", "[route][hostile-g4]") {
    Host host;
    REQUIRE(host.routes.want(inner_route(), kFirst));
    host.network.refuse_changes(EPERM);
    CHECK(errno_of(host.routes.release(inner_route(), kFirst)) == EPERM);
    CHECK(host.routes.size() == 0);
}

TEST_CASE("the next owner's route that the kernel refuses is tried again by a repair", "[route][hostile-g4]") {
    Host host;
    REQUIRE(host.routes.want(via("192.0.2.2"), kFirst));
    REQUIRE(host.routes.want(via("192.0.2.3"), kSecond));
    host.network.refuse_changes(ENOMEM);
    CHECK(errno_of(host.routes.release(via("192.0.2.2"), kFirst)) == ENOMEM);
    const auto failed = host.routes.repair();
    CHECK(failed.restored == 0);
    REQUIRE(failed.failures.size() == 1);
    CHECK(failed.failures[0].errno_value == ENOMEM);
    host.network.refuse_changes(0);
    CHECK(host.routes.repair().restored == 1);
    CHECK(host.gateway() == address("192.0.2.3"));
}

TEST_CASE("a route that is lost and wanted anew is back at once", "[route]") {
    Host host;
    REQUIRE(host.routes.want(inner_route(), kFirst));
    host.network.remove_route(id_of(inner_route()));
    for (const Event& event : host.network.take_events()) host.routes.on_event(event);
    CHECK_FALSE(host.routes.is_complete());
    REQUIRE(host.routes.want(inner_route(), kFirst));
    CHECK(host.network.route_count() == 1);
    CHECK(host.routes.is_complete());
}

TEST_CASE("a lost route that is released is not put back", "[route]") {
    Host host;
    REQUIRE(host.routes.want(inner_route(), kFirst));
    host.routes.on_event(Overrun{});
    CHECK(host.routes.release(inner_route(), kFirst));
    CHECK(host.routes.repair().restored == 0);
    CHECK(host.network.route_count() == 0);
}

TEST_CASE("events about other routes, links and addresses lose nothing", "[route]") {
    Host host;
    REQUIRE(host.routes.want(inner_route(), kFirst));
    RouteState other;
    other.destination = prefix("10.2.0.0/24");
    other.table = kMainTable;
    host.routes.on_event(RouteChanged{other, true});
    other.table = kRouteTable;
    host.routes.on_event(RouteChanged{other, false});
    host.routes.on_event(LinkDown{*host.network.interfaces().by_name("eth1")});
    host.routes.on_event(AddressGone{{InterfaceIndex{1}, address("192.0.2.1"), 24}});
    CHECK(host.routes.is_complete());
}

TEST_CASE("a route reads as ip would print it", "[route]") {
    CHECK(to_string(inner_route()) == "10.2.0.0/24 via 192.0.2.2 dev eth0 src 10.1.0.1 table 220");
}

}  // namespace xfrmd::netlink::route::test
