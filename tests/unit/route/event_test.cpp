#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "netlink/route/rt_decode.h"
#include "tests/unit/route/rt_messages.h"

namespace xfrmd::netlink::route::test {

namespace {

constexpr std::uint32_t kUp = IFF_UP | IFF_RUNNING;

template <typename Which>
Which only(const Notice& notice) {
    const auto events = decode_events(notice.bytes());
    REQUIRE(events.size() == 1);
    REQUIRE(std::holds_alternative<Which>(events[0]));
    return std::get<Which>(events[0]);
}

Notice& link(Notice& notice, std::uint16_t type, std::uint32_t flags) {
    return notice.begin(type, link_header(flags)).with_text(IFLA_IFNAME, "ipsec0").with(IFLA_MTU, std::uint32_t{1400});
}

}  // namespace

TEST_CASE("a link is up, down or gone", "[route]") {
    Notice notice;
    SECTION("up: switched on and with a carrier") {
        link(notice, RTM_NEWLINK, kUp).with_bytes(IFLA_LINKINFO, xfrm_link_info(0x2a, 3));
        const Link expected{InterfaceIndex{7}, "ipsec0", 1400, true, true, "xfrm", 0x2a, InterfaceIndex{3}};
        CHECK(only<LinkUp>(notice).link == expected);
    }
    SECTION("with an alias") {
        link(notice, RTM_NEWLINK, kUp).with_text(IFLA_IFALIAS, "xfrmd");
        CHECK(only<LinkUp>(notice).link.alias == kOwnAlias);
    }
    SECTION("switched off") {
        link(notice, RTM_NEWLINK, 0);
        CHECK_FALSE(only<LinkDown>(notice).link.switched_on);
    }
    SECTION("without a carrier") {
        link(notice, RTM_NEWLINK, IFF_UP);
        CHECK(only<LinkDown>(notice).link.switched_on);
    }
    SECTION("gone") {
        link(notice, RTM_DELLINK, kUp);
        CHECK(only<LinkGone>(notice).link.index == InterfaceIndex{7});
    }
    SECTION("a port that leaves its bridge has not gone") {
        notice.begin(RTM_DELLINK, link_header(kUp, AF_BRIDGE)).with_text(IFLA_IFNAME, "eth0");
        CHECK(decode_events(notice.bytes()).empty());
    }
}

TEST_CASE("an address is usable once duplicate address detection is done", "[route][rfc4862-5.4]") {
    const auto told = [](std::uint32_t flags) {
        Notice notice;
        notice.begin(RTM_NEWADDR, address_header(AF_INET6, 64)).with(IFA_ADDRESS, address("2001:db8::1"));
        notice.with(IFA_FLAGS, flags);
        return decode_events(notice.bytes()).at(0);
    };
    CHECK(std::holds_alternative<AddressGone>(told(IFA_F_TENTATIVE)));
    CHECK(std::holds_alternative<AddressGone>(told(IFA_F_TENTATIVE | IFA_F_DADFAILED)));
    CHECK(std::holds_alternative<AddressGone>(told(IFA_F_DADFAILED)));
    CHECK(std::holds_alternative<AddressAppeared>(told(IFA_F_TENTATIVE | IFA_F_OPTIMISTIC)));
    const auto usable = told(IFA_F_PERMANENT);
    CHECK(std::get<AddressAppeared>(usable).address ==
          LocalAddress{InterfaceIndex{7}, address("2001:db8::1"), 64, false, false});
    CHECK(std::get<AddressAppeared>(told(IFA_F_TEMPORARY)).address.temporary);
    CHECK(std::get<AddressAppeared>(told(IFA_F_DEPRECATED)).address.deprecated);
}

TEST_CASE("of a point-to-point link, our end is the address", "[route]") {
    Notice notice;
    notice.begin(RTM_NEWADDR, address_header(AF_INET, 32, IFA_F_SECONDARY)).with(IFA_ADDRESS, address("10.0.0.2"));
    notice.with(IFA_LOCAL, address("10.0.0.1"));
    CHECK(only<AddressAppeared>(notice).address.address == address("10.0.0.1"));
    CHECK_FALSE(only<AddressAppeared>(notice).address.temporary);
}

TEST_CASE("an address that was removed has gone", "[route]") {
    Notice notice;
    notice.begin(RTM_DELADDR, address_header(AF_INET, 24)).with(IFA_LOCAL, address("192.0.2.1"));
    CHECK(only<AddressGone>(notice).address.prefix_length == 24);
}

TEST_CASE("a route is told with its table, source and gateway", "[route]") {
    Notice notice;
    notice.begin(RTM_DELROUTE, route_header(AF_INET, 24)).with(RTA_DST, address("10.2.0.0"));
    notice.with(RTA_TABLE, std::uint32_t{1000}).with(RTA_OIF, std::uint32_t{7}).with(RTA_PRIORITY, std::uint32_t{5});
    notice.with(RTA_PREFSRC, address("10.1.0.1"));
    RouteState expected{prefix("10.2.0.0/24"), 1000, 5, RTPROT_STATIC, address("10.1.0.1"), std::nullopt,
                        InterfaceIndex{7}};
    SECTION("of its own family") {
        notice.with(RTA_GATEWAY, address("192.0.2.2"));
        expected.gateway = address("192.0.2.2");
    }
    SECTION("of the other one") {
        base::Bytes via{AF_INET6, 0};
        const auto gateway = address("fe80::1");
        via.insert(via.end(), gateway.bytes().begin(), gateway.bytes().end());
        notice.with_bytes(RTA_VIA, via);
        expected.gateway = gateway;
    }
    CHECK(only<RouteChanged>(notice).gone);
    CHECK(only<RouteChanged>(notice).route == expected);
}

TEST_CASE("a default route has no destination to tell", "[route]") {
    Notice notice;
    notice.begin(RTM_NEWROUTE, route_header(AF_INET6, 0)).with(RTA_OIF, std::uint32_t{7});
    CHECK(only<RouteChanged>(notice).route.destination == prefix("::/0"));
    CHECK(only<RouteChanged>(notice).route.table == kMainTable);
}

TEST_CASE("routes that are nobody's business are not told", "[route]") {
    Notice notice;
    rtmsg local = route_header(AF_INET, 32);
    local.rtm_table = RT_TABLE_LOCAL;
    rtmsg cached = route_header(AF_INET6, 0);
    cached.rtm_flags = RTM_F_CLONED;
    notice.begin(RTM_NEWROUTE, local).begin(RTM_NEWROUTE, cached);
    notice.begin(RTM_NEWROUTE, route_header(AF_INET, 0, RTN_BLACKHOLE));
    notice.begin(RTM_NEWROUTE, route_header(AF_MPLS, 0)).begin(RTM_NEWRULE, route_header(AF_INET, 0));
    CHECK(decode_events(notice.bytes()).empty());
}

TEST_CASE("one datagram may tell several things", "[route]") {
    Notice notice;
    link(notice, RTM_NEWLINK, kUp);
    notice.begin(RTM_NEWADDR, address_header(AF_INET, 24)).with(IFA_LOCAL, address("192.0.2.1"));
    CHECK(decode_events(notice.bytes()).size() == 2);
}

TEST_CASE("an answer that forbids is an error", "[route]") {
    const auto errno_for = [](std::uint8_t type, std::uint8_t family = AF_INET6) {
        Notice notice;
        notice.begin(RTM_NEWROUTE, route_header(family, 128, type));
        return errno_of(decode_answer({address("2001:db8::9"), {}}, *MessageReader(notice.bytes()).next()));
    };
    CHECK(errno_for(RTN_UNICAST) == 0);
    CHECK(errno_for(RTN_UNREACHABLE) == EHOSTUNREACH);
    CHECK(errno_for(RTN_PROHIBIT) == EACCES);
    CHECK(errno_for(RTN_BLACKHOLE) == ENETUNREACH);
    CHECK(errno_for(RTN_UNICAST, AF_INET) == EPROTO);
}

}  // namespace xfrmd::netlink::route::test
