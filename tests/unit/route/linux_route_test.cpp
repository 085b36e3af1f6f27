#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "netlink/route/linux_network.h"
#include "netlink/route/network_events.h"
#include "netlink/route/routes.h"
#include "tests/unit/route/contract.h"
#include "tests/unit/route/ip_command.h"

namespace xfrmd::netlink::route::test {

namespace {

NetworkEvents open_events() {
    auto events = NetworkEvents::open();
    if (!events) FAIL(events.error().text);
    return std::move(*events);
}

// Observes until it is so, as long as anything comes within five seconds.
template <typename Condition>
bool observed_until(Network& network, NetworkEvents& events, Condition condition) {
    while (!condition()) {
        pollfd entry{events.fd(), POLLIN, 0};
        if (poll(&entry, 1, 5000) != 1) return false;
        for (const Event& event : events.read().events) network.observe(event);
    }
    return true;
}

bool has_overrun(NetworkEvents& events) {
    bool found = false;
    for (auto batch = events.read(); !batch.events.empty(); batch = events.read()) {
        for (const Event& event : batch.events) found |= std::holds_alternative<Overrun>(event);
    }
    return found;
}

}  // namespace

TEST_CASE("an IPv6 address appears when duplicate address detection is done", "[route][linux][rfc4862-5.4]") {
    const auto world = make_world();
    NetworkEvents events = open_events();
    Network& network = world->network();
    // A dummy does no detection.
    ip("link add eth0 type veth peer name eth1");
    ip("link set eth1 up");
    ip("link set eth0 up");
    REQUIRE(observed_until(network, events, [&] { return network.interfaces().is_up("eth0"); }));
    ip("address add 2001:db8::1/64 dev eth0");
    REQUIRE(network.refresh());
    CHECK_FALSE(network.interfaces().address_is_local(address("2001:db8::1")));
    CHECK(
        observed_until(network, events, [&] { return network.interfaces().address_is_local(address("2001:db8::1")); }));
}

TEST_CASE("a cable that is pulled is told, and the address stays", "[route][linux][hostile-g8]") {
    const auto world = make_world();
    NetworkEvents events = open_events();
    Network& network = world->network();
    ip("link add eth0 type veth peer name eth1");
    ip("link set eth1 up");
    ip("link set eth0 up");
    ip("address add 192.0.2.1/24 dev eth0");
    REQUIRE(observed_until(network, events, [&] { return network.interfaces().is_up("eth0"); }));
    ip("link set eth1 down");
    CHECK(observed_until(network, events, [&] { return !network.interfaces().is_up("eth0"); }));
    CHECK(network.interfaces().address_is_local(address("192.0.2.1")));
    CHECK(network.interfaces().by_name("eth0")->kind == "veth");
}

TEST_CASE("a link that leaves a bridge has not gone", "[route][linux]") {
    const auto world = make_world();
    for (const char* words : {"link add br0 type bridge", "link add eth0 type dummy", "link set eth0 master br0",
                              "link set eth0 nomaster"}) {
        ip(words);
    }
    world->observe();
    CHECK(world->network().interfaces().by_name("eth0"));
}

TEST_CASE("more events than the socket holds are an overrun", "[route][linux][hostile-g2]") {
    const auto world = make_world();
    NetworkEvents events = open_events();
    ip("link add eth0 type dummy");
    ip("link set eth0 up");
    std::string routes;
    for (int i = 0; i < 4096; ++i) {
        routes +=
            "route add 10." + std::to_string(i / 256) + "." + std::to_string(i % 256) + ".0/24 dev eth0 table 99\n";
    }
    ip_batch(routes);
    CHECK(has_overrun(events));
    CHECK_FALSE(has_overrun(events));
    ip("link set eth0 down");
    CHECK_FALSE(events.read().events.empty());
}

TEST_CASE("a list that is read while it is long is whole", "[route][linux][hostile-g12]") {
    const auto world = make_world();
    world->make_gateway();
    constexpr std::uint8_t kMany = 250;
    for (std::uint8_t i = 0; i < kMany; ++i) {
        RouteSpec route = inner_route();
        route.destination.network = base::Address::v4({10, 9, i, 0});
        REQUIRE(world->network().add_route(route));
    }
    CHECK(world->network().list_routes(kRouteTable)->size() == kMany);
    std::string links;
    for (int i = 0; i < kMany; ++i) links += "link add d" + std::to_string(i) + " type dummy\n";
    ip_batch(links);
    REQUIRE(world->network().refresh());
    CHECK(world->network().interfaces().links().size() >= kMany + 3U);
}

TEST_CASE("a rule that is there already stays", "[route][linux][hostile-g5]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    REQUIRE(network.add_route(inner_route()));
    ip("rule add not fwmark 220 lookup 220 priority 220");
    REQUIRE(network.ensure_rule({}));
    REQUIRE(network.remove_rule({}));
    CHECK(network.route_to({address("10.2.0.9"), {}, 0})->table == kRouteTable);
    ip("rule del not fwmark 220 lookup 220 priority 220");
    CHECK(network.route_to({address("10.2.0.9"), {}, 0})->table == kMainTable);
}

TEST_CASE("another's rule that leads to our table shows in the answer", "[route][linux][hostile-g5]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    REQUIRE(network.add_route(inner_route()));
    ip("rule add lookup 220 priority 220");
    CHECK(network.route_to({address("10.2.0.9"), {}})->table == kRouteTable);
}

TEST_CASE("routes that forbid are errors for either family", "[route][linux]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    for (const auto& [kind, error] : {std::pair{"unreachable", EHOSTUNREACH}, std::pair{"prohibit", EACCES}}) {
        ip(std::string("route add ") + kind + " 198.51.100.0/24");
        ip(std::string("-6 route add ") + kind + " 2001:db8:1::/48");
        CHECK(errno_of(network.route_to({address("198.51.100.7"), {}})) == error);
        CHECK(errno_of(network.route_to({address("2001:db8:1::7"), {}})) == error);
        ip("route del 198.51.100.0/24");
        ip("-6 route del 2001:db8:1::/48");
    }
}

TEST_CASE("an IPv4 route may lead over an IPv6 router", "[route][linux][rfc5549]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    RouteSpec route = inner_route("10.2.0.0/24", "10.1.0.1", "2001:db8::2");
    route.table = kMainTable;
    const auto state = network.add_route(route);
    REQUIRE(state);
    CHECK(network.route_to({address("10.2.0.9"), {}})->next_hop == address("2001:db8::2"));
    CHECK(network.delete_route(*state));
    CHECK(network.route_to({address("10.2.0.9"), {}})->next_hop == address("192.0.2.2"));
}

TEST_CASE("without CAP_NET_ADMIN questions are answered and changes refused", "[route][linux][hostile-g6]") {
    const auto world = make_world();
    world->make_gateway();
    Network& network = world->network();
    XfrmInterfaceSpec spec;
    spec.name = "ipsec7";
    spec.if_id = 7;
    REQUIRE(seteuid(65534) == 0);
    const auto asked = network.route_to({address("198.51.100.7"), {}, 0});
    const auto read = network.refresh();
    const auto route = network.add_route(inner_route());
    const auto rule = network.ensure_rule({});
    const auto interface = network.create_xfrm_interface(spec);
    REQUIRE(seteuid(0) == 0);
    CHECK(asked);
    CHECK(read);
    CHECK(route.error().text ==
          "adding the route 10.2.0.0/24 via 192.0.2.2 dev eth0 src 10.1.0.1 table 220: "
          "EPERM: Operation not permitted");
    CHECK(errno_of(rule) == EPERM);
    CHECK(errno_of(interface) == EPERM);
}

TEST_CASE("a route socket that broke is replaced", "[route][linux][hostile-g3]") {
    const auto world = make_world();
    const int next_fd = dup(STDIN_FILENO);
    close(next_fd);
    auto network = LinuxNetwork::open();
    REQUIRE(network);
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    REQUIRE(dup2(null, next_fd) == next_fd);
    close(null);
    CHECK(errno_of((*network)->refresh()) == ENOTSOCK);
    CHECK((*network)->interfaces().by_name("lo"));
    CHECK((*network)->refresh());
}

}  // namespace xfrmd::netlink::route::test
