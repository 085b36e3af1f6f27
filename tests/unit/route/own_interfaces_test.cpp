#include "netlink/route/own_interfaces.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "tests/unit/route/contract.h"

namespace xfrmd::netlink::route::test {

namespace {

WantedInterface wanted(const char* name = "st0.0", std::uint32_t if_id = 42) {
    WantedInterface one;
    one.spec.name = name;
    one.spec.if_id = if_id;
    one.spec.mtu = 1400;
    one.spec.addresses = {on_net("10.3.0.1/24"), on_net("fd03::1/64")};
    one.routes = {prefix("10.2.0.0/16"), prefix("0.0.0.0/2"), prefix("fd02::/64")};
    return one;
}

// A process with its books, on a host that may have seen another one.
struct Process {
    explicit Process(World& host) : world(host), routes(host.network()), own(host.network(), routes) {}

    void hear() {
        for (const Event& event : world.observe()) routes.on_event(event);
    }
    // After what others did.
    OwnInterfaces::Outcome mend() {
        hear();
        auto outcome = own.mend();
        REQUIRE(routes.repair().failures.empty());
        return outcome;
    }

    World& world;
    Routes routes;
    OwnInterfaces own;
};

void check_stands(World& world, const WantedInterface& one = wanted()) {
    REQUIRE(world.network().refresh());
    const Interfaces& known = world.network().interfaces();
    const Link* link = known.by_name(one.spec.name);
    REQUIRE(link);
    CHECK(link->is_up());
    CHECK(link->if_id == one.spec.if_id);
    CHECK(link->mtu == one.spec.mtu);
    CHECK(link->alias == kOwnAlias);
    for (const base::Prefix& address : one.spec.addresses) CHECK(known.has_address(link->index, address));
    for (const base::Prefix& route : one.routes) {
        const auto way = world.network().route_to({route.network.last_of_network(route.length), {}});
        REQUIRE(way);
        CHECK(way->interface == link->index);
        CHECK(way->table == kMainTable);
    }
}

bool leads_through(World& world, const char* destination, const char* name) {
    const auto way = world.network().route_to({address(destination), {}});
    const Link* link = world.network().interfaces().by_name(name);
    return way && link != nullptr && way->interface == link->index;
}

}  // namespace

TEST_CASE("a wanted interface is made with its addresses and routes, and goes", "[route][xfrm-interface]") {
    const auto world = make_world();
    world->make_gateway();
    Process process(*world);
    const auto made = process.own.update({wanted()});
    CHECK(made.failed.empty());
    CHECK(made.done == std::vector<std::string>{"interface st0.0 was made"});
    check_stands(*world);
    const auto again = process.mend();
    CHECK(again.done.empty());
    CHECK(again.failed.empty());
    CHECK(process.own.remove_all().empty());
    REQUIRE(world->network().refresh());
    CHECK(world->network().interfaces().by_name("st0.0") == nullptr);
    CHECK(process.routes.size() == 0);
}

TEST_CASE("what others do to a wanted interface is undone", "[route][xfrm-interface][hostile-g5]") {
    const auto world = make_world();
    world->make_gateway();
    Process process(*world);
    REQUIRE(process.own.update({wanted()}).failed.empty());
    process.hear();
    SECTION("deleted") {
        world->remove_link("st0.0");
        const auto outcome = process.mend();
        CHECK(outcome.undone == std::vector<std::string>{"interface st0.0 was made"});
        CHECK(outcome.done.empty());
    }
    SECTION("switched off") { world->switch_link("st0.0", false); }
    SECTION("renamed") { world->rename_link("st0.0", "st9"); }
    SECTION("without an address") { world->remove_address("st0.0", "10.3.0.1/24"); }
    SECTION("without its routes") {
        world->remove_route("10.2.0.0/16", kMainTable);
        world->remove_route("fd02::/64", kMainTable);
    }
    SECTION("replaced by another one of that name") {
        world->remove_link("st0.0");
        world->add_link("st0.0");
        const auto refused = process.mend();
        CHECK(refused.failed.size() == 1);
        CHECK(world->network().interfaces().by_name("st0.0")->kind == "dummy");
        world->remove_link("st0.0");
    }
    CHECK(process.mend().failed.empty());
    check_stands(*world);
}

TEST_CASE("one that a process left is taken over, with its routes", "[route][xfrm-interface]") {
    const auto world = make_world();
    world->make_gateway();
    WantedInterface second = wanted("st0.1", 43);
    second.spec.addresses.clear();
    second.routes.clear();
    REQUIRE(Process(*world).own.update({wanted(), second}).failed.empty());
    world->observe();
    const auto index = world->network().interfaces().by_name("st0.0")->index;
    Process next(*world);
    WantedInterface other = wanted();
    other.spec.mtu = 1300;
    other.spec.addresses = {on_net("10.4.0.1/24"), on_net("fd03::1/64")};
    const auto outcome = next.own.update({other});
    CHECK(outcome.failed.empty());
    CHECK(outcome.done == std::vector<std::string>{"interface st0.0 was there and is as it should be"});
    check_stands(*world, other);
    const Interfaces& known = world->network().interfaces();
    CHECK(known.by_name("st0.0")->index == index);
    CHECK_FALSE(known.address_is_local(address("10.3.0.1")));
    CHECK(known.by_name("st0.1") == nullptr);
    next.hear();
    CHECK(next.mend().done.empty());
}

TEST_CASE("an interface that is configured in another way becomes so", "[route][xfrm-interface]") {
    const auto world = make_world();
    world->make_gateway();
    Process process(*world);
    REQUIRE(process.own.update({wanted()}).failed.empty());
    process.hear();
    const auto index = world->network().interfaces().by_name("st0.0")->index;
    WantedInterface other = wanted();
    SECTION("routes") {
        other.routes = {prefix("10.2.0.0/16"), prefix("10.9.0.0/16")};
        CHECK(process.own.update({other}).failed.empty());
        CHECK(world->network().interfaces().by_name("st0.0")->index == index);
        CHECK_FALSE(leads_through(*world, "fd02::1", "st0.0"));
    }
    SECTION("addresses") {
        world->add_address("st0.0", "10.8.0.1/32");
        process.hear();
        other.spec.addresses = {on_net("10.4.0.1/24")};
        other.routes = {prefix("10.2.0.0/16")};
        CHECK(process.own.update({other}).failed.empty());
        const Interfaces& known = world->network().interfaces();
        CHECK(known.by_name("st0.0")->index == index);
        for (const char* gone : {"10.3.0.1", "fd03::1", "10.8.0.1"}) CHECK_FALSE(known.address_is_local(address(gone)));
    }
    SECTION("if_id") {
        other.spec.if_id = 44;
        CHECK(process.own.update({other}).failed.empty());
        CHECK(world->network().interfaces().by_name("st0.0")->index != index);
    }
    SECTION("the kernel's MTU") {
        other.spec.mtu = 0;
        CHECK(process.own.update({other}).failed.empty());
        other.spec.mtu = 1500;
    }
    CHECK(process.mend().failed.empty());
    check_stands(*world, other);
}

TEST_CASE("an interface waits for the device below it", "[route][xfrm-interface]") {
    const auto world = make_world();
    world->make_gateway();
    Process process(*world);
    WantedInterface above = wanted();
    above.spec.underlying = "eth2";
    const auto outcome = process.own.update({above});
    REQUIRE(outcome.failed.size() == 1);
    CHECK(outcome.failed.front().starts_with("interface st0.0: ENODEV"));
    world->add_link("eth2");
    const auto made = process.mend();
    CHECK(made.failed.empty());
    CHECK(made.done == std::vector<std::string>{"interface st0.0 was made"});
    CHECK(made.undone.empty());
    check_stands(*world, above);
    const Interfaces& known = world->network().interfaces();
    CHECK(known.by_name("st0.0")->underlying == known.by_name("eth2")->index);
    CHECK(process.mend().done.empty());
}

TEST_CASE("an interface with the wanted name that is somebody else's is left alone", "[route][xfrm-interface]") {
    const auto world = make_world();
    world->make_gateway();
    world->add_xfrm_interface("st0.0", 42);
    world->observe();
    Process process(*world);
    WantedInterface second = wanted("st0.1", 43);
    second.spec.addresses = {on_net("10.5.0.1/24")};
    second.routes = {prefix("10.9.0.0/16")};
    const auto outcome = process.own.update({wanted(), second});
    REQUIRE(outcome.failed.size() == 1);
    CHECK(outcome.failed.front() ==
          "interface st0.0: EEXIST: File exists (the xfrm interface st0.0 exists and is somebody else's: xfrmd's have "
          "the alias xfrmd)");
    check_stands(*world, second);
    CHECK(process.own.remove_all().empty());
    REQUIRE(world->network().refresh());
    CHECK(world->network().interfaces().by_name("st0.0"));
    CHECK(world->network().interfaces().by_name("st0.1") == nullptr);
}

TEST_CASE("a route that somebody else has stays his", "[route][xfrm-interface]") {
    const auto world = make_world();
    world->make_gateway();
    RouteSpec his;
    his.destination = prefix("10.2.0.0/16");
    his.table = kMainTable;
    his.gateway = address("192.0.2.2");
    his.interface = "eth0";
    REQUIRE(world->network().add_route(his));
    Process process(*world);
    const auto outcome = process.own.update({wanted()});
    REQUIRE(outcome.failed.size() == 1);
    CHECK(outcome.failed.front().find("EEXIST") != std::string::npos);
    CHECK(leads_through(*world, "10.2.0.1", "eth0"));
    CHECK(leads_through(*world, "fd02::1", "st0.0"));
    world->remove_route("10.2.0.0/16", kMainTable);
    CHECK(process.mend().failed.empty());
    check_stands(*world);
}

}  // namespace xfrmd::netlink::route::test
