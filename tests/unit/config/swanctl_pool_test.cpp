// `pools`, and what connections say of virtual addresses.
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/config/loading.h"

namespace xfrmd::daemon {

namespace {

policy::Pool pool_with(const std::string& settings) {
    const auto loaded = load_text("pools { rw {\naddrs = 10.3.0.0/24\n" + settings + "\n} }\n");
    REQUIRE(loaded);
    return loaded->configuration.pools.at(0);
}

using Attributes = std::vector<policy::PoolAttribute>;

}  // namespace

TEST_CASE("a pool has addresses and attributes of both families", "[config]") {
    const policy::Pool pool = pool_with("dns = 10.0.0.1, fd00::1\nsubnet = 10.2.0.0/16, fd02::/64\n25 = example.org");
    CHECK(pool.name == "rw");
    CHECK(pool.addresses == *policy::PoolAddresses::parse("10.3.0.1-10.3.0.254"));
    base::Bytes v6(16);
    v6[0] = 0xfd;
    v6[15] = 1;
    base::Bytes subnet(17);
    subnet[0] = 0xfd;
    subnet[1] = 2;
    subnet[16] = 64;
    CHECK(pool.attributes == Attributes{{3, {10, 0, 0, 1}},
                                        {10, v6},
                                        {13, {10, 2, 0, 0, 255, 255, 0, 0}},
                                        {15, subnet},
                                        {25, base::to_bytes(base::as_bytes("example.org"))}});
}

TEST_CASE("what is wrong with a pool is told with its place", "[config]") {
    CHECK(errors_of("pools { rw { } }") == "/s.conf:1:9: pools.rw: 'addrs' is missing\n");
    CHECK(errors_of("pools { rw {\naddrs = 10.3.0.0/33\n} }") ==
          "/s.conf:2:9: pools.rw.addrs: '10.3.0.0/33' is neither a network (address/length) nor a range (from-to)\n");
    CHECK(errors_of("pools { rw {\naddrs = 10.3.0.0/24\ndns = there\n} }") ==
          "/s.conf:3:7: pools.rw.dns: 'there' is neither an address nor a network (address/length)\n");
    CHECK(errors_of("pools { rw {\naddrs = 10.3.0.0/24\n32768 = 1\n} }") ==
          "/s.conf:3:9: pools.rw.32768: expected the number of an attribute, from 1 to 32767\n");
}

TEST_CASE("pools that overlap are refused", "[config]") {
    const auto two = [](const std::string& one, const std::string& other) {
        return errors_of("pools {\na { addrs = " + one + "\n}\nb { addrs = " + other + "\n} }");
    };
    const std::string told = "/s.conf:1:1: pools: 'a' and 'b' have the same addresses, and would give them twice\n";
    CHECK(two("10.3.0.0/24", "10.3.0.254-10.3.1.9") == told);
    CHECK(two("fd03::/64", "fd03::7") == told);
    CHECK(two("10.3.0.0/16", "10.3.7.0/24") == told);
    CHECK(two("10.3.0.0/24", "10.3.1.0/24").empty());
    CHECK(two("10.3.0.0/24", "fd03::/64").empty());
}

TEST_CASE("a connection names pools, and a missing one is told", "[config]") {
    const auto loaded = load_text(connection_with("pools = rw, other\nvips = 0.0.0.0, ::") +
                                  "pools { rw {\naddrs = 10.3.0.0/24\n} }\n");
    REQUIRE(loaded);
    const policy::Connection& connection = loaded->configuration.connections.at(0);
    CHECK(connection.pools == std::vector<std::string>{"rw", "other"});
    CHECK(connection.vips ==
          std::vector{base::Address::any(base::Family::ipv4), base::Address::any(base::Family::ipv6)});
    CHECK(loaded->warnings.at(0) == "connections.gw.pools: there is no pool 'other'");
    CHECK_FALSE(errors_of(connection_with("vips = here")).empty());
}

}  // namespace xfrmd::daemon
