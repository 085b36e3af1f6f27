#include "daemon/attributes/held_addresses.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "netlink/route/memory_network.h"

using namespace xfrmd;
using namespace xfrmd::netlink::route;
using daemon::HeldAddresses;
using daemon::NetworkSide;
using policy::LeaseHolder;

namespace {

base::Address address(const char* text) { return *base::Address::parse(text); }

const base::Address kVirtual = address("10.3.0.1");

// "outer" has 192.0.2.1/24, on which the peer is.
struct Bench {
    Bench() {
        memory.put_link("outer");
        memory.switch_link("outer", true);
        memory.put_address("outer", {address("192.0.2.1"), 24});
        take_in();
        side = std::make_unique<NetworkSide>(io, log, std::move(network_), std::move(*NetworkEvents::open()),
                                             [](const base::Address&) {});
        held = std::make_unique<HeldAddresses>(io, log, side.get(), "inner", daemon::ResolveOptions{.load = false});
    }
    void take_in() {
        for (const Event& event : memory.take_events()) memory.observe(event);
    }
    void hold(std::uint64_t holder, const base::Address& given = kVirtual) {
        held->hold({LeaseHolder{holder}, address("192.0.2.1"), address("192.0.2.2"), {given}, {}, {}});
        take_in();
    }
    void drop(std::uint64_t holder) {
        held->drop(LeaseHolder{holder});
        take_in();
    }

    bool tells_of(const base::Address& own) const { return std::ranges::count(side->own_addresses(), own) == 1; }

    asio::io_context io;
    daemon::Log log{daemon::LogTarget::standard_error, false};
    std::unique_ptr<MemoryNetwork> network_ = std::make_unique<MemoryNetwork>();
    MemoryNetwork& memory = *network_;
    std::unique_ptr<NetworkSide> side;
    std::unique_ptr<HeldAddresses> held;
};

}  // namespace

TEST_CASE("a virtual address is there until the last who holds it has gone", "[daemon][rfc7296-2.19]") {
    Bench bench;
    bench.hold(1);
    CHECK(bench.side->is_own(kVirtual));
    bench.hold(2);
    bench.drop(1);
    CHECK(bench.side->is_own(kVirtual));
    bench.drop(1);
    bench.drop(2);
    CHECK_FALSE(bench.side->is_own(kVirtual));
    bench.hold(3);
    bench.held->clean();
    bench.take_in();
    CHECK_FALSE(bench.side->is_own(kVirtual));
}

TEST_CASE("a virtual address is on the interface that was named, where there is one", "[daemon]") {
    Bench bench;
    const auto device = [&] { return bench.side->interface_with(kVirtual); };
    bench.hold(1);
    CHECK(device() == "outer");
    bench.drop(1);
    bench.memory.put_link("inner");
    bench.memory.switch_link("inner", true);
    bench.take_in();
    bench.hold(1);
    CHECK(device() == "inner");
}

TEST_CASE("an address that a killed process has left goes, or is taken over", "[daemon][rfc7296-2.19]") {
    Bench bench;
    const auto left = address("10.3.0.2");
    bench.memory.put_address("outer", {kVirtual, 32}, true);
    bench.memory.put_address("outer", {left, 32}, true);
    bench.take_in();
    CHECK(bench.side->devices_with_leftovers() == std::set<std::string>{"outer"});
    CHECK_FALSE(bench.tells_of(kVirtual));
    bench.hold(1);
    bench.side->remove_leftover_addresses();
    bench.take_in();
    CHECK(bench.side->interface_with(left).empty());
    CHECK(bench.side->interface_with(kVirtual) == "outer");
    CHECK(bench.side->devices_with_leftovers().empty());
    bench.drop(1);
    CHECK(bench.side->interface_with(kVirtual).empty());
}

TEST_CASE("an address that would end the way to the gateway is not taken", "[daemon][hostile-f12]") {
    Bench bench;
    RouteSpec way;
    way.destination = {address("0.0.0.0"), 0};
    way.table = kMainTable;
    way.gateway = address("192.0.2.254");
    way.interface = "outer";
    REQUIRE(bench.memory.add_route(way));
    const auto give = [&](const char* gateway, const char* given) {
        bench.held->hold({LeaseHolder{1}, address("192.0.2.1"), address(gateway), {address(given)}, {}, {}});
        bench.take_in();
        return bench.side->is_own(address(given));
    };
    CHECK_FALSE(give("198.51.100.1", "198.51.100.1"));
    CHECK_FALSE(give("198.51.100.1", "192.0.2.254"));
    CHECK(give("198.51.100.1", "10.3.0.1"));
}

TEST_CASE("a virtual address is none that peers are told of", "[daemon][rfc4555-3.4]") {
    Bench bench;
    bench.hold(1);
    CHECK(bench.tells_of(address("192.0.2.1")));
    CHECK_FALSE(bench.tells_of(kVirtual));
}

TEST_CASE("an address of this host that a peer gives stays this host's", "[daemon][hostile-f12]") {
    Bench bench;
    bench.hold(1, address("192.0.2.1"));
    bench.drop(1);
    CHECK(bench.side->is_own(address("192.0.2.1")));
    CHECK(bench.tells_of(address("192.0.2.1")));
}
