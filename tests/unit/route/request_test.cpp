#include <linux/fib_rules.h>
#include <netlink/msg.h>

#include <catch2/catch_test_macros.hpp>

#include "netlink/route/rt_decode.h"
#include "netlink/route/rt_requests.h"
#include "tests/unit/route/rt_messages.h"

namespace xfrmd::netlink::route::test {

namespace {

struct Written {
    std::uint16_t type;
    std::uint16_t flags;
    base::Bytes payload;
};

Written written(const Request& request) {
    REQUIRE(request);
    const nlmsghdr* header = nlmsg_hdr(request.get());
    const auto* start = static_cast<const std::uint8_t*>(nlmsg_data(header));
    return {header->nlmsg_type, header->nlmsg_flags, {start, start + nlmsg_datalen(header)}};
}

}  // namespace

TEST_CASE("a route is asked for by one question that is no dump", "[route]") {
    for (const char* to : {"198.51.100.7", "2001:db8:1::7"}) {
        const auto message = written(requests::route_to({address(to), std::nullopt}));
        CHECK(message.type == RTM_GETROUTE);
        CHECK((message.flags & NLM_F_DUMP) == 0);
        PayloadReader reader(message.payload);
        const auto header = reader.fixed<rtmsg>();
        CHECK(header.rtm_dst_len == address(to).bits());
        CHECK(header.rtm_src_len == 0);
        CHECK(base::Address::from_bytes(reader.attribute(RTA_DST)) == address(to));
        CHECK(reader.attribute_as<std::uint32_t>(RTA_MARK) == kRouteMark);
        CHECK(reader.attribute(RTA_SRC).empty());
    }
}

TEST_CASE("a route is written as it is read", "[route]") {
    RouteSpec route = inner_route();
    route.metric = 5;
    route.table = 1000;
    for (const char* gateway : {"192.0.2.2", "fe80::1"}) {
        route.gateway = address(gateway);
        const auto message =
            written(requests::add_route(state_of(route, InterfaceIndex{7}), route.mtu, requests::Existing::replace));
        CHECK((message.flags & (NLM_F_CREATE | NLM_F_REPLACE | NLM_F_EXCL)) == (NLM_F_CREATE | NLM_F_REPLACE));
        PayloadReader reader(message.payload);
        CHECK(decode_route(reader) == RouteState{prefix("10.2.0.0/24"), 1000, 5, kStaticProtocol, route.source,
                                                 address(gateway), InterfaceIndex{7}});
    }
    const auto message =
        written(requests::add_route(state_of(route, InterfaceIndex{7}), 0, requests::Existing::refuse));
    CHECK((message.flags & (NLM_F_REPLACE | NLM_F_EXCL)) == NLM_F_EXCL);
}

TEST_CASE("a route's MTU is its metric", "[route]") {
    RouteSpec route = inner_route();
    route.mtu = 1300;
    const auto message =
        written(requests::add_route(state_of(route, InterfaceIndex{7}), route.mtu, requests::Existing::replace));
    PayloadReader reader(message.payload);
    reader.fixed<rtmsg>();
    PayloadReader metrics(reader.attribute(RTA_METRICS));
    CHECK(metrics.attribute_as<std::uint32_t>(RTAX_MTU) == 1300);
}

TEST_CASE("the rule is for all packets but our marked questions", "[route]") {
    for (const base::Family family : {base::Family::ipv4, base::Family::ipv6}) {
        const auto message = written(requests::add_rule({}, family));
        PayloadReader reader(message.payload);
        const auto header = reader.fixed<fib_rule_hdr>();
        CHECK(header.family == (family == base::Family::ipv6 ? AF_INET6 : AF_INET));
        CHECK(header.flags == FIB_RULE_INVERT);
        CHECK(header.action == FR_ACT_TO_TBL);
        CHECK(reader.attribute_as<std::uint32_t>(FRA_FWMARK) == kRouteMark);
        CHECK(reader.attribute_as<std::uint32_t>(FRA_PRIORITY) == kRulePriority);
    }
    RuleSpec for_all;
    for_all.except_mark.reset();
    const auto message = written(requests::add_rule(for_all, base::Family::ipv4));
    PayloadReader reader(message.payload);
    CHECK(reader.fixed<fib_rule_hdr>().flags == 0);
    CHECK(reader.attribute(FRA_FWMARK).empty());
}

}  // namespace xfrmd::netlink::route::test
