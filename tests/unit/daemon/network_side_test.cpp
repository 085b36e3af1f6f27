#include "daemon/network_side.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "netlink/route/memory_network.h"

using namespace xfrmd;
using namespace xfrmd::netlink::route;
using daemon::NetworkSide;

namespace {

base::Address address(const char* text) { return *base::Address::parse(text); }
base::Prefix network(const char* text, unsigned length) { return {address(text), length}; }

const base::Address kPeer = address("192.0.2.2");
const base::Address kFarPeer = address("198.51.100.9");
constexpr auto kChild = ike::ChildSaId{1};

// "outer" has 192.0.2.1/24 and a default route, "lan" 10.1.0.1/24.
struct Bench {
    explicit Bench(const daemon::RouteOptions& options = {}) {
        put("outer", network("192.0.2.1", 24));
        put("lan", network("10.1.0.1", 24));
        take_in();
        side = std::make_unique<NetworkSide>(
            io, log, std::move(network_), std::move(*NetworkEvents::open()), [](const base::Address&) {}, options);
    }
    void put(const char* link, const base::Prefix& own) {
        memory.put_link(link);
        memory.switch_link(link, true);
        memory.put_address(link, own);
    }
    void take_in() {
        for (const Event& event : memory.take_events()) memory.observe(event);
    }
    void up() { side->tunnel_is_up(kChild, spec()); }
    static netlink::TunnelSpec spec() {
        netlink::TunnelSpec spec;
        spec.local = address("192.0.2.1");
        spec.remote = kPeer;
        netlink::Selector selector;
        selector.source = network("10.1.0.0", 24);
        selector.destination = network("10.2.0.0", 24);
        spec.selectors.push_back(selector);
        return spec;
    }
    // "via" of the one route in table 220; "none" where there is none.
    std::string way() {
        const auto routes = memory.list_routes(kRouteTable);
        if (routes->empty()) return "none";
        const auto& gateway = routes->front().gateway;
        return gateway ? gateway->to_string() : "on the link";
    }
    void lead_everywhere() {
        RouteSpec route;
        route.destination = network("0.0.0.0", 0);
        route.table = kMainTable;
        route.gateway = address("192.0.2.254");
        route.interface = "outer";
        REQUIRE(memory.add_route(route));
    }

    asio::io_context io;
    daemon::Log log{daemon::LogTarget::standard_error, false};
    std::unique_ptr<MemoryNetwork> network_ = std::make_unique<MemoryNetwork>();
    MemoryNetwork& memory = *network_;
    std::unique_ptr<NetworkSide> side;
};

}  // namespace

TEST_CASE("our own routes change no path", "[daemon][hostile-g5]") {
    RouteState route;
    daemon::RouteOptions options;
    options.table = 77;
    route.table = 77;
    CHECK_FALSE(daemon::concerns_paths(RouteChanged{route}, options));
    route.table = kMainTable;
    CHECK(daemon::concerns_paths(RouteChanged{route}, options));
    CHECK(daemon::concerns_paths(AddressGone{}, options));
    CHECK(daemon::concerns_paths(LinkUp{}, options));
    CHECK(daemon::concerns_paths(Overrun{}, options));
}

TEST_CASE("the main table has everybody's routes, and ways to peers", "[daemon][rfc4555-3.5]") {
    daemon::RouteOptions options;
    options.table = kMainTable;
    RouteState route;
    route.table = kMainTable;
    CHECK(daemon::concerns_paths(RouteChanged{route}, options));
}

TEST_CASE("a path leads from an address of ours, over a link that is up, by a route", "[daemon][rfc4555-3.5]") {
    Bench bench;
    CHECK(bench.side->is_path(address("192.0.2.1"), kPeer));
    CHECK_FALSE(bench.side->is_path(address("192.0.2.7"), kPeer));
    CHECK_FALSE(bench.side->is_path(address("192.0.2.1"), kFarPeer));
    bench.lead_everywhere();
    CHECK(bench.side->is_path(address("192.0.2.1"), kFarPeer));
    bench.memory.switch_link("outer", false);
    bench.take_in();
    CHECK_FALSE(bench.side->is_path(address("192.0.2.1"), kPeer));
}

TEST_CASE("routes of tunnels go where they are wanted", "[daemon]") {
    daemon::RouteOptions options;
    options.table = 77;
    {
        Bench bench(options);
        bench.up();
        CHECK(bench.way() == "none");
        CHECK(bench.memory.list_routes(77)->size() == 1);
        bench.side->tunnel_is_down(kChild);
        CHECK(bench.memory.list_routes(77)->empty());
    }
    options.install = false;
    Bench bench(options);
    bench.up();
    CHECK(bench.memory.list_routes(77)->empty());
}

TEST_CASE("the way into a tunnel follows its peer", "[daemon][rfc4555-3.5]") {
    Bench bench;
    bench.lead_everywhere();
    bench.up();
    CHECK(bench.way() == "192.0.2.2");
    bench.side->tunnel_has_moved(kChild, kFarPeer);
    CHECK(bench.way() == "192.0.2.254");
    bench.side->tunnel_has_moved(kChild, kPeer);
    CHECK(bench.way() == "192.0.2.2");
    bench.side->tunnel_is_down(kChild);
    CHECK(bench.way() == "none");
}

TEST_CASE("a peer that was out of reach, and is back where it was, has its routes again", "[daemon][rfc4555-3.5]") {
    Bench bench;
    bench.up();
    bench.side->tunnel_has_moved(kChild, kFarPeer);
    CHECK(bench.way() == "none");
    bench.side->tunnel_has_moved(kChild, kPeer);
    CHECK(bench.way() == "192.0.2.2");
}

TEST_CASE("what an earlier life left goes from our table, not from one that an operator may use", "[daemon]") {
    daemon::RouteOptions options;
    options.table = GENERATE(kRouteTable, 100U);
    Bench bench(options);
    RouteSpec others;
    others.destination = network("10.9.0.0", 24);
    others.table = options.table;
    others.interface = "lan";
    REQUIRE(bench.memory.add_route(others));
    bench.up();
    bench.side->retire();
    CHECK(bench.memory.list_routes(options.table)->size() == (options.table == kRouteTable ? 1U : 2U));
    bench.side->tunnel_is_down(kChild);
    bench.side->retire();
    CHECK(bench.memory.list_routes(options.table)->size() == (options.table == kRouteTable ? 0U : 1U));
}
