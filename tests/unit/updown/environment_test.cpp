#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/updown/samples.h"

using namespace xfrmd;
using namespace xfrmd::daemon::updown;
using namespace xfrmd::daemon::updown::test;

namespace {

// In alphabetical order, without PATH.
std::vector<std::string> told(const Script& script) {
    std::vector<std::string> told;
    for (const std::string& item : script.environment) {
        if (!item.starts_with("PATH=")) told.push_back(item);
    }
    std::sort(told.begin(), told.end());
    return told;
}

// Its value; "-" where it is not there.
std::string value_of(const Script& script, const std::string& name) {
    for (const std::string& item : script.environment) {
        if (item.starts_with(name + "=")) return item.substr(name.size() + 1);
    }
    return "-";
}

std::string verb_of(const Occasion& occasion, Verb verb = Verb::up) {
    return value_of(scripts_for(occasion, verb).at(0), "PLUTO_VERB");
}

}  // namespace

TEST_CASE("a command is told of the child, both ends and the selectors", "[updown]") {
    const auto scripts = scripts_for(occasion("/bin/mine 'a b'"), Verb::up);
    REQUIRE(scripts.size() == 1);
    CHECK(scripts[0].command == "/bin/mine 'a b'");
    CHECK(scripts[0].what == "gw: updown of net (up-client 10.1.0.0/24 === 10.2.0.0/24)");
    CHECK(told(scripts[0]) ==
          std::vector<std::string>{"PLUTO_CONNECTION=net", "PLUTO_INTERFACE=eth0", "PLUTO_ME=192.0.2.1",
                                   "PLUTO_MY_CLIENT=10.1.0.0/24", "PLUTO_MY_ID=moon", "PLUTO_MY_PORT=0",
                                   "PLUTO_MY_PROTOCOL=0", "PLUTO_PEER=192.0.2.2", "PLUTO_PEER_CLIENT=10.2.0.0/24",
                                   "PLUTO_PEER_ID=sun", "PLUTO_PEER_PORT=0", "PLUTO_PEER_PROTOCOL=0", "PLUTO_PROTO=esp",
                                   "PLUTO_REQID=3", "PLUTO_UNIQUEID=7", "PLUTO_VERB=up-client", "PLUTO_VERSION=1.1"});
    CHECK(value_of(scripts[0], "PATH") != "-");
}

TEST_CASE("what is there in some cases only is told in those", "[updown]") {
    Occasion full = occasion();
    full.is_ah = true;
    full.interface = "";
    full.mark_in = {42, 0xff};
    full.mark_out = {43, 0xffffffff};
    full.if_id_in = 7;
    full.if_id_out = 8;
    full.encapsulation_port = 4501;
    full.ipcomp = full.host_access = true;
    full.local_addresses = {address("10.9.0.1"), address("fd09::1"), address("10.9.0.2")};
    full.remote_addresses = {address("fd09::9")};
    full.dns_servers = {address("10.9.0.53"), address("fd09::53")};
    const Script script = scripts_for(full, Verb::up).at(0);
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"PROTO", "ah"},
                                                                                      {"INTERFACE", "unknown"},
                                                                                      {"MARK_IN", "42/0x000000ff"},
                                                                                      {"MARK_OUT", "43/0xffffffff"},
                                                                                      {"IF_ID_IN", "7"},
                                                                                      {"IF_ID_OUT", "8"},
                                                                                      {"UDP_ENC", "4501"},
                                                                                      {"IPCOMP", "1"},
                                                                                      {"HOST_ACCESS", "1"},
                                                                                      {"MY_SOURCEIP", "10.9.0.1"},
                                                                                      {"MY_SOURCEIP4_1", "10.9.0.1"},
                                                                                      {"MY_SOURCEIP4_2", "10.9.0.2"},
                                                                                      {"MY_SOURCEIP6_1", "fd09::1"},
                                                                                      {"PEER_SOURCEIP", "fd09::9"},
                                                                                      {"PEER_SOURCEIP6_1", "fd09::9"},
                                                                                      {"DNS4_1", "10.9.0.53"},
                                                                                      {"DNS6_1", "fd09::53"}}) {
        INFO(name);
        CHECK(value_of(script, "PLUTO_" + name) == value);
    }
}

TEST_CASE("host is what is for this host alone, whatever is behind the peer", "[updown]") {
    Occasion one = occasion();
    CHECK(verb_of(one, Verb::down) == "down-client");
    one.local_ts = {selector("192.0.2.1/32")};
    CHECK(verb_of(one) == "up-host");
    one.local_ts = {selector("192.0.2.9/32")};
    CHECK(verb_of(one) == "up-client");
    one.local_ts = {selector("fd01::/64")};
    one.remote_ts = {selector("fd02::/64")};
    CHECK(verb_of(one) == "up-client-v6");
    one.local = address("fd01::1");
    one.local_ts = {selector("fd01::1/128")};
    CHECK(verb_of(one, Verb::down) == "down-host-v6");
}

TEST_CASE("of ICMP our port is the type and the peer's the code", "[updown]") {
    Occasion icmp = occasion();
    icmp.local_ts = {selector("10.1.0.0/24[1/2051]"), selector("10.1.0.0/24[58/32770]")};
    icmp.remote_ts = {selector("10.2.0.0/24[1/2051]"), selector("10.2.0.0/24[58]"), selector("10.2.0.0/24[6]")};
    const auto scripts = scripts_for(icmp, Verb::up);
    REQUIRE(scripts.size() == 2);
    CHECK(value_of(scripts[0], "PLUTO_MY_PORT") == "8");
    CHECK(value_of(scripts[0], "PLUTO_PEER_PORT") == "3");
    CHECK(value_of(scripts[1], "PLUTO_MY_PORT") == "128");
    CHECK(value_of(scripts[1], "PLUTO_PEER_PORT") == "2");
    std::swap(icmp.local_ts, icmp.remote_ts);
    CHECK(value_of(scripts_for(icmp, Verb::up).at(1), "PLUTO_MY_PORT") == "128");
}

TEST_CASE("there is a run for each pair of selectors of one family and protocol", "[updown]") {
    Occasion two = occasion();
    two.local_ts = {selector("10.1.0.0/24[tcp/80-90]"), selector("fd01::/64"), selector("10.1.7.0-10.1.7.9[17]")};
    two.remote_ts = {selector("fd02::/64"), selector("10.2.0.0/24[udp]"), selector("10.2.0.0/24[tcp]")};
    const auto scripts = scripts_for(two, Verb::up);
    REQUIRE(scripts.size() == 3);
    CHECK(value_of(scripts[0], "PLUTO_MY_CLIENT") == "10.1.0.0/24");
    CHECK(value_of(scripts[0], "PLUTO_MY_PORT") == "80:90");
    CHECK(value_of(scripts[0], "PLUTO_MY_PROTOCOL") == "6");
    CHECK(value_of(scripts[0], "PLUTO_PEER_CLIENT") == "10.2.0.0/24");
    CHECK(value_of(scripts[1], "PLUTO_MY_CLIENT") == "fd01::/64");
    CHECK(value_of(scripts[2], "PLUTO_MY_CLIENT") == "10.1.7.0/28");
    CHECK(scripts_for(two, Verb::down).size() == 3);
}
