#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cerrno>

#include "tests/unit/route/contract.h"

namespace xfrmd::netlink::route::test {

namespace {

template <typename Which, typename Matches>
bool told(const std::vector<Event>& events, Matches matches) {
    return std::any_of(events.begin(), events.end(), [&](const Event& event) {
        const auto* which = std::get_if<Which>(&event);
        return which != nullptr && matches(*which);
    });
}

XfrmInterfaceSpec xfrm_interface() {
    XfrmInterfaceSpec spec;
    spec.name = "ipsec7";
    spec.if_id = 7;
    spec.mtu = 1400;
    spec.addresses = {on_net("10.3.0.1/24"), on_net("fd03::1/64")};
    return spec;
}

}  // namespace

TEST_CASE("interfaces and addresses that come and go are told, and known", "[route][hostile-g8]") {
    const auto world = make_world();
    const Interfaces& known = world->network().interfaces();
    world->add_link("eth0");
    world->observe();
    REQUIRE(known.by_name("eth0"));
    const auto index = known.by_name("eth0")->index;
    CHECK(known.by_index(index)->name == "eth0");
    CHECK(known.by_name("eth0")->kind == "dummy");
    CHECK_FALSE(known.is_up("eth0"));

    world->switch_link("eth0", true);
    CHECK(told<LinkUp>(world->observe(), [&](const LinkUp& up) { return up.link.index == index; }));
    CHECK(known.is_up("eth0"));
    CHECK(known.by_name("eth0")->mtu == 1500);

    world->add_address("eth0", "192.0.2.1/24");
    world->add_address("eth0", "2001:db8::1/64");
    const auto appeared = world->observe();
    for (const char* own : {"192.0.2.1", "2001:db8::1"}) {
        CHECK(told<AddressAppeared>(appeared, [&](const auto& event) {
            return event.address.address == address(own) && event.address.interface == index;
        }));
        CHECK(known.address_is_local(address(own)));
        REQUIRE(known.interface_of(address(own)));
        CHECK(known.interface_of(address(own))->name == "eth0");
    }
    CHECK_FALSE(known.address_is_local(address("192.0.2.2")));
    REQUIRE(known.addresses_within(prefix("192.0.2.0/28")).size() == 1);
    CHECK(known.addresses_within(prefix("192.0.2.0/28"))[0].address == address("192.0.2.1"));
    CHECK(known.addresses_within(prefix("192.0.2.16/28")).empty());

    world->remove_address("eth0", "192.0.2.1/24");
    CHECK(told<AddressGone>(world->observe(), [](const auto& e) { return e.address.address == address("192.0.2.1"); }));
    CHECK_FALSE(known.address_is_local(address("192.0.2.1")));

    world->remove_link("eth0");
    CHECK(told<LinkGone>(world->observe(), [&](const LinkGone& gone) { return gone.link.index == index; }));
    CHECK(known.by_name("eth0") == nullptr);
    CHECK_FALSE(known.address_is_local(address("2001:db8::1")));
}

TEST_CASE("an address of an interface that is switched off is not usable until it is switched on",
          "[route][hostile-g8]") {
    const auto world = make_world();
    world->make_gateway();
    const Interfaces& known = world->network().interfaces();
    world->switch_link("eth1", false);
    CHECK(told<LinkDown>(world->observe(), [](const LinkDown& down) { return down.link.name == "eth1"; }));
    CHECK_FALSE(known.is_up("eth1"));
    CHECK_FALSE(known.address_is_local(address("10.1.0.1")));
    CHECK(known.addresses_within(prefix("10.1.0.0/16")).empty());
    world->switch_link("eth1", true);
    world->observe();
    CHECK(known.address_is_local(address("10.1.0.1")));
}

TEST_CASE("refreshing makes up for all events that were missed", "[route][hostile-g2]") {
    const auto world = make_world();
    world->make_gateway();
    const Interfaces& known = world->network().interfaces();
    world->remove_link("eth1");
    world->add_link("eth2");
    world->switch_link("eth2", true);
    world->add_address("eth2", "10.7.0.1/24");
    world->events();
    CHECK(known.by_name("eth1"));
    REQUIRE(world->network().refresh());
    CHECK(known.by_name("eth1") == nullptr);
    CHECK_FALSE(known.address_is_local(address("10.1.0.1")));
    CHECK(known.is_up("eth2"));
    CHECK(known.interface_of(address("10.7.0.1"))->name == "eth2");
}

TEST_CASE("a route that comes and goes is told", "[route]") {
    const auto world = make_world();
    world->make_gateway();
    const auto about = [](bool gone) {
        return [gone](const RouteChanged& event) {
            return id_of(event.route) == id_of(inner_route()) && event.gone == gone &&
                   event.route.source == address("10.1.0.1") && event.route.gateway == address("192.0.2.2");
        };
    };
    REQUIRE(world->network().add_route(inner_route()));
    CHECK(told<RouteChanged>(world->observe(), about(false)));
    world->remove_route("10.2.0.0/24", kRouteTable);
    CHECK(told<RouteChanged>(world->observe(), about(true)));
}

TEST_CASE("an xfrm interface is made with its addresses and carries routes at once", "[route][xfrm-interface]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    const auto made = network.create_xfrm_interface(xfrm_interface());
    REQUIRE(made);
    CHECK_FALSE(made->adopted);
    const Link* link = network.interfaces().by_name("ipsec7");
    REQUIRE(link);
    CHECK(link->index == made->index);
    CHECK(link->kind == "xfrm");
    CHECK(link->if_id == 7);
    CHECK(link->mtu == 1400);
    CHECK(link->alias == kOwnAlias);
    CHECK(link->is_up());
    CHECK(network.interfaces().address_is_local(address("10.3.0.1")));
    CHECK(network.interfaces().address_is_local(address("fd03::1")));
    for (const auto& [to, source] : {std::pair{"10.2.0.0/24", "10.3.0.1"}, std::pair{"fd02::/64", "fd03::1"}}) {
        RouteSpec route;
        route.destination = prefix(to);
        route.table = kMainTable;
        route.source = address(source);
        route.interface = "ipsec7";
        CHECK(network.add_route(route));
    }
    CHECK(network.route_to({address("10.2.0.9"), {}})->interface == made->index);
    CHECK(network.route_to({address("fd02::9"), {}})->source == address("fd03::1"));
    REQUIRE(network.refresh());
    CHECK(network.interfaces().by_name("ipsec7")->if_id == 7);
    CHECK(network.interfaces().address_is_local(address("fd03::1")));
}

TEST_CASE("an xfrm interface may sit on a device", "[route][xfrm-interface]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    XfrmInterfaceSpec spec = xfrm_interface();
    spec.underlying = "nowhere0";
    CHECK(errno_of(network.create_xfrm_interface(spec)) == ENODEV);
    spec.underlying = "eth0";
    REQUIRE(network.create_xfrm_interface(spec));
    const Link* link = network.interfaces().by_name("ipsec7");
    CHECK(link->underlying == network.interfaces().by_name("eth0")->index);
    CHECK(network.create_xfrm_interface(spec)->adopted);
    spec.underlying = "eth1";
    CHECK(errno_of(network.create_xfrm_interface(spec)) == EEXIST);
}

TEST_CASE("an xfrm interface of that name and if_id is adopted and brought in line", "[route][xfrm-interface]") {
    const auto world = make_world();
    Network& network = world->network();
    const auto made = network.create_xfrm_interface(xfrm_interface());
    REQUIRE(made);
    world->switch_link("ipsec7", false);
    world->observe();
    XfrmInterfaceSpec spec = xfrm_interface();
    spec.mtu = 1300;
    spec.addresses.push_back(on_net("10.4.0.1/32"));
    const auto adopted = network.create_xfrm_interface(spec);
    REQUIRE(adopted);
    CHECK(adopted->adopted);
    CHECK(adopted->index == made->index);
    CHECK(network.interfaces().by_name("ipsec7")->mtu == 1300);
    CHECK(network.interfaces().is_up("ipsec7"));
    CHECK(network.interfaces().address_is_local(address("10.3.0.1")));
    CHECK(network.interfaces().address_is_local(address("10.4.0.1")));
    CHECK(network.interfaces().address_is_local(address("fd03::1")));
}

TEST_CASE("what somebody else made is never touched", "[route][xfrm-interface][hostile-g5]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    XfrmInterfaceSpec spec = xfrm_interface();
    spec.name = "eth1";
    const auto refusal = network.create_xfrm_interface(spec);
    CHECK(errno_of(refusal) == EEXIST);
    CHECK(refusal.error().text ==
          "EEXIST: File exists (the interface eth1 exists and is no xfrm interface but of kind dummy)");
    CHECK(errno_of(network.delete_xfrm_interface("eth1")) == EEXIST);
    REQUIRE(network.create_xfrm_interface(xfrm_interface()));
    spec = xfrm_interface();
    spec.if_id = 0x1f;
    CHECK(network.create_xfrm_interface(spec).error().text ==
          "EEXIST: File exists (the xfrm interface ipsec7 exists and has if_id 0x7, not 0x1f)");
    spec = xfrm_interface();
    spec.name = "ipsec8";
    CHECK(network.create_xfrm_interface(spec).error().text ==
          "EEXIST: File exists (another xfrm interface than ipsec8 has if_id 0x7)");
    REQUIRE(network.refresh());
    CHECK(network.interfaces().by_name("eth1")->mtu == 1500);
    CHECK(network.interfaces().by_name("ipsec7")->if_id == 7);
    CHECK(network.interfaces().by_name("ipsec8") == nullptr);
}

TEST_CASE("an xfrm interface that somebody else made stays his", "[route][xfrm-interface][hostile-g5]") {
    const auto world = make_world();
    Network& network = world->network();
    world->add_xfrm_interface("ipsec7", 7);
    world->observe();
    const auto refusal = network.create_xfrm_interface(xfrm_interface());
    CHECK(errno_of(refusal) == EEXIST);
    CHECK(
        refusal.error().text ==
        "EEXIST: File exists (the xfrm interface ipsec7 exists and is somebody else's: xfrmd's have the alias xfrmd)");
    CHECK(errno_of(network.delete_xfrm_interface("ipsec7")) == EEXIST);
    REQUIRE(network.refresh());
    const Link* link = network.interfaces().by_name("ipsec7");
    REQUIRE(link);
    CHECK_FALSE(link->switched_on);
    CHECK(link->alias.empty());
    CHECK(network.interfaces().addresses_of(link->index).empty());
}

TEST_CASE("an xfrm interface is deleted once, its addresses with it", "[route][xfrm-interface]") {
    const auto world = make_world();
    Network& network = world->network();
    REQUIRE(network.create_xfrm_interface(xfrm_interface()));
    CHECK(network.delete_xfrm_interface("ipsec7"));
    CHECK(network.interfaces().by_name("ipsec7") == nullptr);
    CHECK_FALSE(network.interfaces().address_is_local(address("10.3.0.1")));
    CHECK(network.delete_xfrm_interface("ipsec7"));
    world->observe();
    CHECK(network.interfaces().by_name("ipsec7") == nullptr);
}

TEST_CASE("an xfrm interface that makes no sense is refused", "[route][xfrm-interface]") {
    const auto world = make_world();
    const auto before = world->network().interfaces().links();
    const auto refused_with = [&](auto change) {
        XfrmInterfaceSpec spec = xfrm_interface();
        change(spec);
        return errno_of(world->network().create_xfrm_interface(spec));
    };
    CHECK(refused_with([](auto& spec) { spec.name = ""; }) == EINVAL);
    CHECK(refused_with([](auto& spec) { spec.name = "sixteen-bytes-16"; }) == EINVAL);
    CHECK(refused_with([](auto& spec) { spec.name = "a b"; }) == EINVAL);
    CHECK(refused_with([](auto& spec) { spec.name = "../x"; }) == EINVAL);
    CHECK(refused_with([](auto& spec) { spec.if_id = 0; }) == EINVAL);
    CHECK(refused_with([](auto& spec) { spec.mtu = 67; }) == EINVAL);
    CHECK(refused_with([](auto& spec) { spec.mtu = 65536; }) == EINVAL);
    CHECK(refused_with([](auto& spec) { spec.mtu = 1279; }) == EINVAL);  // RFC 8200 5: it has an IPv6 address
    CHECK(refused_with([](auto& spec) { spec.addresses[0].length = 33; }) == EINVAL);
    REQUIRE(world->network().refresh());
    CHECK(world->network().interfaces().links() == before);
}

TEST_CASE("an address is added and deleted, each as often as one likes", "[route]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    for (const auto& text : {"10.3.0.7/32", "fd03::7/128"}) {
        const auto own = on_net(text);
        REQUIRE(network.add_address("eth0", own));
        REQUIRE(network.add_address("eth0", own));
        CHECK(network.interfaces().address_is_local(own.network));
        REQUIRE(network.refresh());
        CHECK(network.interfaces().address_is_local(own.network));
        CHECK(network.interfaces().addresses_within(own).at(0).ours);
        CHECK(network.delete_address("eth0", own));
        CHECK(network.delete_address("eth0", own));
        CHECK_FALSE(network.interfaces().address_is_local(own.network));
        REQUIRE(network.refresh());
        CHECK_FALSE(network.interfaces().address_is_local(own.network));
    }
    world->add_address("eth0", "10.3.0.8/32");
    REQUIRE(network.refresh());
    REQUIRE(network.add_address("eth0", on_net("10.3.0.8/32")));
    CHECK_FALSE(network.interfaces().addresses_within(on_net("10.3.0.8/32")).at(0).ours);
    CHECK(errno_of(network.add_address("nowhere0", on_net("10.3.0.7/32"))) == ENODEV);
    CHECK(network.delete_address("nowhere0", on_net("10.3.0.7/32")));
}

}  // namespace xfrmd::netlink::route::test
