#include "netlink/route/rt_requests.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/xfrmi.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>

#include <limits>

namespace xfrmd::netlink::route::requests {

namespace {

// libnl's objects, each with the function that gives it back.
template <auto free_object>
struct Free {
    template <typename T>
    void operator()(T* object) const {
        free_object(object);
    }
};
using NlAddress = std::unique_ptr<nl_addr, Free<nl_addr_put>>;
using NlRoute = std::unique_ptr<rtnl_route, Free<rtnl_route_put>>;
using NlLink = std::unique_ptr<rtnl_link, Free<rtnl_link_put>>;
using NlLocalAddress = std::unique_ptr<rtnl_addr, Free<rtnl_addr_put>>;
using NlRule = std::unique_ptr<rtnl_rule, Free<rtnl_rule_put>>;

std::uint8_t number_of(base::Family family) { return family == base::Family::ipv6 ? AF_INET6 : AF_INET; }

int signed_index(InterfaceIndex index) { return static_cast<int>(index); }

NlAddress nl_address(const base::Address& address, unsigned prefix_length) {
    NlAddress made(nl_addr_build(number_of(address.family()), address.bytes().data(), address.size()));
    if (made != nullptr) nl_addr_set_prefixlen(made.get(), static_cast<int>(prefix_length));
    return made;
}

NlAddress nl_address(const base::Address& address) { return nl_address(address, address.bits()); }

// libnl's builders hand out a message and tell how it went.
template <typename Build>
Request built(Build build) {
    nl_msg* message = nullptr;
    if (build(&message) < 0) return nullptr;
    return Request(message);
}

// A message that libnl has no object for: a fixed part, to which attributes are added.
template <Plain T>
Request message_of(int type, int flags, const T& fixed) {
    Request request(nlmsg_alloc_simple(type, flags));
    T copy = fixed;
    if (request == nullptr || nlmsg_append(request.get(), &copy, sizeof copy, NLMSG_ALIGNTO) < 0) return nullptr;
    return request;
}

// Empties the request where there is no room.
void put(Request& request, int type, base::ByteView bytes) {
    if (request == nullptr) return;
    if (nla_put(request.get(), type, static_cast<int>(bytes.size()), bytes.data()) < 0) request.reset();
}

// RFC 5549: a gateway of the other family has an attribute of its own.
bool set_gateway(rtnl_nexthop& hop, const RouteState& route) {
    const NlAddress gateway = nl_address(*route.gateway);
    if (gateway == nullptr) return false;
    if (route.gateway->family() != route.destination.network.family()) {
        return rtnl_route_nh_set_via(&hop, gateway.get()) == 0;
    }
    rtnl_route_nh_set_gateway(&hop, gateway.get());
    return true;
}

bool add_hop(rtnl_route& made, const RouteState& route) {
    rtnl_nexthop* hop = rtnl_route_nh_alloc();
    if (hop == nullptr) return false;
    rtnl_route_nh_set_ifindex(hop, signed_index(route.interface));
    const bool complete = !route.gateway || set_gateway(*hop, route);
    rtnl_route_add_nexthop(&made, hop);  // owns it from now on
    return complete;
}

NlRoute nl_route(const RouteState& route, std::uint32_t mtu) {
    NlRoute made(rtnl_route_alloc());
    const NlAddress destination = nl_address(route.destination.network, route.destination.length);
    if (made == nullptr || destination == nullptr) return nullptr;
    rtnl_route_set_family(made.get(), number_of(route.destination.network.family()));
    rtnl_route_set_dst(made.get(), destination.get());
    rtnl_route_set_table(made.get(), route.table);
    rtnl_route_set_protocol(made.get(), route.protocol);
    rtnl_route_set_scope(made.get(), route.gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK);
    if (route.metric != 0) rtnl_route_set_priority(made.get(), route.metric);
    if (mtu != 0) rtnl_route_set_metric(made.get(), RTAX_MTU, mtu);
    if (route.source) {
        const NlAddress source = nl_address(*route.source);
        if (source == nullptr || rtnl_route_set_pref_src(made.get(), source.get()) < 0) return nullptr;
    }
    if (!add_hop(*made, route)) return nullptr;
    return made;
}

NlLocalAddress nl_local_address(InterfaceIndex interface, const base::Prefix& address) {
    NlLocalAddress made(rtnl_addr_alloc());
    const NlAddress local = nl_address(address.network, address.length);
    if (made == nullptr || local == nullptr) return nullptr;
    rtnl_addr_set_ifindex(made.get(), signed_index(interface));
    if (rtnl_addr_set_local(made.get(), local.get()) < 0) return nullptr;
    // A peer gave us the address, so nobody on the link can have it (RFC 4862 5.4).
    if (address.network.is_v6()) rtnl_addr_set_flags(made.get(), IFA_F_NODAD);
    return made;
}

NlRule nl_rule(const RuleSpec& rule, base::Family family) {
    NlRule made(rtnl_rule_alloc());
    if (made == nullptr) return nullptr;
    rtnl_rule_set_family(made.get(), number_of(family));
    rtnl_rule_set_action(made.get(), FR_ACT_TO_TBL);
    rtnl_rule_set_table(made.get(), rule.table);
    rtnl_rule_set_prio(made.get(), rule.priority);
    if (rule.except_mark) rtnl_rule_set_mark(made.get(), *rule.except_mark);
    return made;
}

// libnl has no word for "not".
Request inverted(Request request, const RuleSpec& rule) {
    if (request == nullptr || !rule.except_mark) return request;
    static_cast<fib_rule_hdr*>(nlmsg_data(nlmsg_hdr(request.get())))->flags |= FIB_RULE_INVERT;
    return request;
}

}  // namespace

Request route_to(const RouteQuestion& question) {
    rtmsg header{};
    header.rtm_family = number_of(question.destination.family());
    header.rtm_dst_len = static_cast<std::uint8_t>(question.destination.bits());
    if (question.source) header.rtm_src_len = static_cast<std::uint8_t>(question.source->bits());
    // IPv4 tells the table on demand only; IPv6 always, and does not take the flag.
    if (!question.destination.is_v6()) header.rtm_flags = RTM_F_LOOKUP_TABLE;
    Request request = message_of(RTM_GETROUTE, 0, header);
    put(request, RTA_DST, question.destination.bytes());
    if (question.source) put(request, RTA_SRC, question.source->bytes());
    if (question.mark != 0) put(request, RTA_MARK, bytes_of(question.mark));
    return request;
}

Request add_route(const RouteState& route, std::uint32_t mtu, Existing existing) {
    const NlRoute made = nl_route(route, mtu);
    if (made == nullptr) return nullptr;
    const int flags = NLM_F_CREATE | (existing == Existing::replace ? NLM_F_REPLACE : NLM_F_EXCL);
    return built([&](nl_msg** out) { return rtnl_route_build_add_request(made.get(), flags, out); });
}

Request delete_route(const RouteState& route) {
    const NlRoute made = nl_route(route, 0);
    if (made == nullptr) return nullptr;
    return built([&](nl_msg** out) { return rtnl_route_build_del_request(made.get(), 0, out); });
}

Request list_routes(base::Family family, std::uint32_t table) {
    rtmsg header{};
    header.rtm_family = number_of(family);
    Request request = message_of(RTM_GETROUTE, NLM_F_DUMP, header);
    put(request, RTA_TABLE, bytes_of(table));
    return request;
}

Request list_links() {
    Request request = message_of(RTM_GETLINK, NLM_F_DUMP, ifinfomsg{});
    const std::uint32_t filter = RTEXT_FILTER_SKIP_STATS;
    put(request, IFLA_EXT_MASK, bytes_of(filter));
    return request;
}

Request find_link(const std::string& name) {
    return built([&](nl_msg** out) { return rtnl_link_build_get_request(0, name.c_str(), out); });
}

Request add_xfrm_interface(const XfrmInterfaceSpec& spec, InterfaceIndex underlying) {
    const NlLink link(rtnl_link_xfrmi_alloc());
    if (link == nullptr) return nullptr;
    rtnl_link_set_name(link.get(), spec.name.c_str());
    rtnl_link_xfrmi_set_if_id(link.get(), spec.if_id);
    if (underlying != InterfaceIndex{}) rtnl_link_xfrmi_set_link(link.get(), static_cast<std::uint32_t>(underlying));
    return built([&](nl_msg** out) { return rtnl_link_build_add_request(link.get(), NLM_F_CREATE | NLM_F_EXCL, out); });
}

Request take_into_use(InterfaceIndex interface, std::uint32_t mtu) {
    const NlLink which(rtnl_link_alloc());
    const NlLink change(rtnl_link_alloc());
    if (which == nullptr || change == nullptr) return nullptr;
    rtnl_link_set_ifindex(which.get(), signed_index(interface));
    rtnl_link_set_flags(change.get(), IFF_UP);
    if (mtu != 0) rtnl_link_set_mtu(change.get(), mtu);
    Request request =
        built([&](nl_msg** out) { return rtnl_link_build_change_request(which.get(), change.get(), 0, out); });
    put(request, IFLA_IFALIAS, base::as_bytes(kOwnAlias));
    return request;
}

Request delete_link(InterfaceIndex interface) {
    const NlLink which(rtnl_link_alloc());
    if (which == nullptr) return nullptr;
    rtnl_link_set_ifindex(which.get(), signed_index(interface));
    return built([&](nl_msg** out) { return rtnl_link_build_delete_request(which.get(), out); });
}

Request list_addresses() { return message_of(RTM_GETADDR, NLM_F_DUMP, ifaddrmsg{}); }

Request add_address(InterfaceIndex interface, const base::Prefix& address, Preferred preferred) {
    const NlLocalAddress made = nl_local_address(interface, address);
    if (made == nullptr) return nullptr;
    if (address.network.is_v6() && preferred == Preferred::no) {
        rtnl_addr_set_preferred_lifetime(made.get(), 0);  // deprecated (RFC 4862 5.5.4)
        rtnl_addr_set_valid_lifetime(made.get(), std::numeric_limits<std::uint32_t>::max());
    }
    Request request = built([&](nl_msg** out) { return rtnl_addr_build_add_request(made.get(), NLM_F_EXCL, out); });
    if (preferred == Preferred::no) put(request, IFA_PROTO, base::ByteView(&kAddressProtocol, 1));
    return request;
}

Request delete_address(InterfaceIndex interface, const base::Prefix& address) {
    const NlLocalAddress made = nl_local_address(interface, address);
    if (made == nullptr) return nullptr;
    return built([&](nl_msg** out) { return rtnl_addr_build_delete_request(made.get(), 0, out); });
}

Request add_rule(const RuleSpec& rule, base::Family family) {
    const NlRule made = nl_rule(rule, family);
    if (made == nullptr) return nullptr;
    return inverted(
        built([&](nl_msg** out) { return rtnl_rule_build_add_request(made.get(), NLM_F_CREATE | NLM_F_EXCL, out); }),
        rule);
}

Request delete_rule(const RuleSpec& rule, base::Family family) {
    const NlRule made = nl_rule(rule, family);
    if (made == nullptr) return nullptr;
    return inverted(built([&](nl_msg** out) { return rtnl_rule_build_delete_request(made.get(), 0, out); }), rule);
}

}  // namespace xfrmd::netlink::route::requests
