#include "daemon/source_address.h"

#include <catch2/catch_test_macros.hpp>

using namespace xfrmd;
using base::Reason;
using daemon::path_of;

namespace {

std::vector<base::AddressRange> only(const char* text) {
    const base::Address address = *base::Address::parse(text);
    return {{address, address}};
}

// As they are configured, and before the resolver has answered.
policy::Connection between(const policy::Hosts& local, const policy::Hosts& remote) {
    policy::Connection connection;
    connection.name = "gw";
    connection.local_hosts = local;
    connection.remote_hosts = remote;
    connection.local_addrs = local.ranges;
    connection.remote_addrs = remote.ranges;
    return connection;
}

const policy::Hosts kAny;
const policy::Hosts kLoopback{only("127.0.0.1"), {}};
const policy::Hosts kNamed{{}, {"vpn.example.org"}};

}  // namespace

TEST_CASE("who has a name that is not known yet has no path yet", "[daemon][names]") {
    const auto expect_waiting = [](const policy::Connection& connection) {
        const auto path = path_of(connection);
        REQUIRE_FALSE(path);
        CHECK(path.error().reason == Reason::NoRoute);
        CHECK(path.error().detail == "the address of vpn.example.org is not known yet");
    };
    expect_waiting(between(kAny, kNamed));
    expect_waiting(between(kNamed, kNamed));
    expect_waiting(between(kLoopback, kNamed));
    expect_waiting(between(kNamed, kLoopback));
    const auto wide = base::AddressRange{*base::Address::parse("10.0.0.0"), *base::Address::parse("10.255.255.255")};
    expect_waiting(between(kAny, {{wide}, {"vpn.example.org"}}));
}

TEST_CASE("who is wanted at an end is there, where the connection has that address", "[daemon][names]") {
    const base::Address wanted = *base::Address::parse("127.0.0.9");
    const auto path = path_of(between(kAny, kAny), {{}, wanted});
    REQUIRE(path);
    CHECK(path->remote == wanted);
    CHECK(path->local == *base::Address::parse("127.0.0.1"));
    const auto both = path_of(between(kAny, kLoopback), {wanted, {}});
    REQUIRE(both);
    CHECK(both->local == wanted);
    for (const daemon::Path& wrong : {daemon::Path{wanted, {}}, daemon::Path{{}, wanted}}) {
        const auto refused = path_of(between(kLoopback, kLoopback), wrong);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().reason == Reason::ConfigurationInvalid);
    }
}

TEST_CASE("to a peer with any address there is no path, whatever we are called", "[daemon][names]") {
    for (const policy::Hosts& local : {kAny, kNamed, kLoopback}) {
        const auto path = path_of(between(local, kAny));
        REQUIRE_FALSE(path);
        CHECK(path.error().reason == Reason::ConfigurationInvalid);
    }
}

TEST_CASE("a path leads from the address that is named, or from the one that routing chooses", "[daemon][names]") {
    policy::Connection connection = between(kAny, kLoopback);
    CHECK(path_of(connection).value().local == kLoopback.ranges.front().first);
    connection = between(kNamed, kLoopback);
    connection.local_addrs = only("192.0.2.7");
    CHECK(path_of(connection).value().local == connection.local_addrs.front().first);
    CHECK(path_of(connection).value().remote == kLoopback.ranges.front().first);
}
