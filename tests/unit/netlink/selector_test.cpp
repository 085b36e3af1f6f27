#include "netlink/selector.h"

#include <catch2/catch_test_macros.hpp>

#include "netlink/policy.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

std::vector<std::string> covered(const char* first, const char* last) {
    std::vector<std::string> texts;
    for (const base::Prefix& one : cover(base::AddressRange{address(first), address(last)})) {
        texts.push_back(one.to_string());
    }
    return texts;
}

TrafficEnd end(const char* text, std::uint16_t first = 0, std::uint16_t last = 65535) {
    return {base::AddressRange::of(prefix(text)), first, last};
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a range of addresses becomes the fewest prefixes", "[netlink][rfc4301-4.4.1]") {
    CHECK(covered("10.0.0.0", "10.0.0.255") == Texts{"10.0.0.0/24"});
    CHECK(covered("10.0.0.5", "10.0.0.5") == Texts{"10.0.0.5/32"});
    CHECK(covered("10.0.0.5", "10.0.0.9") == Texts{"10.0.0.5/32", "10.0.0.6/31", "10.0.0.8/31"});
    CHECK(covered("0.0.0.0", "255.255.255.255") == Texts{"0.0.0.0/0"});
    CHECK(covered("255.255.255.254", "255.255.255.255") == Texts{"255.255.255.254/31"});
    CHECK(covered("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == Texts{"::/0"});
    CHECK(covered("fd00::ff", "fd00::100") == Texts{"fd00::ff/128", "fd00::100/128"});
    CHECK(covered("0.0.0.1", "255.255.255.254").size() == 62);
    CHECK(covered("::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe").size() == 254);
    CHECK(covered("10.0.0.9", "10.0.0.5").empty());
    CHECK(covered("10.0.0.9", "fd00::1").empty());
}

TEST_CASE("a range of ports becomes the fewest masks, and exactly that range", "[netlink][rfc4301-4.4.1]") {
    CHECK(cover(0, 65535) == std::vector<PortMatch>{{0, 0}});
    CHECK(cover(443, 443) == std::vector<PortMatch>{{443, 0xffff}});
    CHECK(cover(1024, 65535) ==
          std::vector<PortMatch>{
              {1024, 0xfc00}, {2048, 0xf800}, {4096, 0xf000}, {8192, 0xe000}, {16384, 0xc000}, {32768, 0x8000}});
    CHECK(cover(1, 65534).size() == 30);
    CHECK(cover(65535, 0).empty());
    for (const auto& [first, last] : {std::pair{1, 65534}, {1000, 2000}, {0, 1}, {65535, 65535}, {137, 139}}) {
        const auto ports = cover(static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last));
        for (int port = 0; port <= 65535; ++port) {
            int hits = 0;
            for (const PortMatch& one : ports) hits += (port & one.mask) == (one.value & one.mask) ? 1 : 0;
            if (hits != (port >= first && port <= last ? 1 : 0))
                FAIL("port " << port << " is hit " << hits << " times");
        }
    }
}

TEST_CASE("two ends become selectors that are exactly the traffic between them", "[netlink][rfc4301-4.4.1]") {
    const auto all = selectors_between(end("10.1.0.0/24"), end("10.2.0.0/24"), 0);
    REQUIRE(all);
    CHECK(*all == std::vector<Selector>{selector("10.1.0.0/24", "10.2.0.0/24")});

    const auto web = selectors_between(end("10.1.0.0/24", 1024, 65535), end("10.2.0.1/32", 443, 443), 6);
    REQUIRE(web);
    REQUIRE(web->size() == 6);
    CHECK(web->front() == Selector{prefix("10.1.0.0/24"), prefix("10.2.0.1/32"), 6, {1024, 0xfc00}, {443, 0xffff}});

    TrafficEnd five = end("10.1.0.5/32");
    five.addresses.last = address("10.1.0.9");
    CHECK(selectors_between(five, five, 0)->size() == 9);
}

TEST_CASE("an ICMP type and code are one message's, whichever end names them", "[netlink][rfc7296-3.13.1]") {
    const auto ports = [](const TrafficEnd& a, const TrafficEnd& b, std::uint8_t protocol = 1) {
        const auto made = selectors_between(a, b, protocol);
        return made && made->size() == 1 ? std::pair{made->front().source_port, made->front().destination_port}
                                         : std::pair{PortMatch{1, 1}, PortMatch{1, 1}};
    };
    const PortMatch any{};
    const auto host = [](int first, int last) {
        return end("10.1.0.1/32", static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last));
    };
    CHECK(ports(host(0, 65535), host(0, 65535)) == std::pair{any, any});
    CHECK(ports(host(0x0800, 0x0800), host(0, 65535)) == std::pair{PortMatch{8, 0xffff}, PortMatch{0, 0xffff}});
    CHECK(ports(host(0, 65535), host(0x0800, 0x0800)) == std::pair{PortMatch{8, 0xffff}, PortMatch{0, 0xffff}});
    CHECK(ports(host(0x0800, 0x08ff), host(0x0800, 0x08ff)) == std::pair{PortMatch{8, 0xffff}, any});
    CHECK(ports(host(0x0301, 0x0301), host(0x0300, 0x03ff)) == std::pair{PortMatch{3, 0xffff}, PortMatch{1, 0xffff}});
    CHECK_FALSE(selectors_between(host(0x0800, 0x08ff), host(0, 0x00ff), 1));
    CHECK(selectors_between(host(0x8000, 0x81ff), host(0, 65535), 58)->front().source_port == PortMatch{128, 0xfffe});
}

TEST_CASE("what Linux cannot match is said to be so", "[netlink][rfc7296-3.13.1]") {
    const TrafficEnd a = end("10.1.0.0/24");
    CHECK_FALSE(selectors_between(a, end("fd02::/64"), 0));
    CHECK_FALSE(selectors_between(end("10.1.0.0/24", 65535, 0), a, 6));  // OPAQUE
    CHECK_FALSE(selectors_between(end("10.1.0.0/24", 80, 80), a, 0));    // ports of any protocol
    CHECK_FALSE(selectors_between(end("10.1.0.0/24", 80, 80), a, 50));   // ports of ESP
    CHECK(selectors_between(a, a, 50));
    TrafficEnd ragged = end("10.1.0.1/32");
    ragged.addresses.last = address("10.1.0.254");
    CHECK_FALSE(selectors_between(ragged, ragged, 0));  // 14 by 14 prefixes
    ragged.addresses.last = address("10.1.0.0");
    CHECK_FALSE(selectors_between(ragged, a, 0));
}

TEST_CASE("seen from the other end, ports change sides with the addresses, types do not", "[netlink]") {
    Selector one = selector("10.1.0.0/24", "10.2.0.0/24");
    one.source_port = {8, 0xffff};
    one.destination_port = {1, 0xffff};
    for (const auto protocol : {6, 17, 132, 136}) {
        one.protocol = static_cast<std::uint8_t>(protocol);
        CHECK(reversed(one).source == one.destination);
        CHECK(reversed(one).source_port == one.destination_port);
        CHECK(reversed(reversed(one)) == one);
    }
    for (const auto protocol : {1, 58, 47, 135}) {
        one.protocol = static_cast<std::uint8_t>(protocol);
        CHECK(reversed(one).destination == one.source);
        CHECK(reversed(one).source_port == one.source_port);
        CHECK(reversed(one).destination_port == one.destination_port);
    }
}

TEST_CASE("selectors are told in one line", "[netlink]") {
    Selector one = selector("10.1.0.0/24", "fd02::/64");
    CHECK(to_string(one) == "10.1.0.0/24 === fd02::/64");
    one.protocol = 6;
    one.destination_port = {443, 0xffff};
    CHECK(to_string(one) == "10.1.0.0/24[6] === fd02::/64[6/443]");
    one.source_port = {1024, 0xfc00};
    CHECK(to_string(one) == "10.1.0.0/24[6/1024/0xfc00] === fd02::/64[6/443]");
}

TEST_CASE("priorities are strongSwan's", "[netlink][strongswan]") {
    CHECK(policy_priority(selector("10.1.0.0/24", "10.2.0.0/24")) == 375423);
    CHECK(policy_priority(selector("10.1.0.0/16", "10.2.0.0/16")) == 383615);
    CHECK(policy_priority(selector("192.0.2.1/32", "192.0.2.2/32")) == 367231);
    CHECK(policy_priority(selector("0.0.0.0/0", "0.0.0.0/0")) == 399999);
    CHECK(policy_priority(selector("10.3.0.1/32", "0.0.0.0/0")) == 383615);
    CHECK(policy_priority(selector("fd01::1/128", "fd02::1/128")) == 268927);
    Selector ssh = selector("192.0.2.1/32", "192.0.2.2/32");
    ssh.protocol = 6;
    CHECK(policy_priority(ssh) == 366975);
    ssh.destination_port = {22, 0xffff};
    CHECK(policy_priority(ssh) == 366911);
    ssh.source_port = {1024, 0xfc00};
    CHECK(policy_priority(ssh) == 366887);
}

}  // namespace xfrmd::netlink::test
