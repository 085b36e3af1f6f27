#include "netlink/route/network.h"

#include <algorithm>
#include <cerrno>

#include "ike/base/mtu.h"
#include "netlink/route/checks.h"

namespace xfrmd::netlink::route {

namespace {

constexpr std::uint32_t kDefaultTable = 253;
constexpr std::uint32_t kLocalTable = 255;
constexpr std::uint32_t kIpv6Metric = 1024;  // IP6_RT_PRIO_USER
constexpr std::size_t kLongestName = 15;

base::Prefix canonical(const base::Prefix& prefix) { return {prefix.network.network(prefix.length), prefix.length}; }

// dev_valid_name(): what the kernel takes, and what no file name or rule of iptables stumbles over.
bool is_interface_name(const std::string& name) {
    if (name.empty() || name.size() > kLongestName || name == "." || name == "..") return false;
    return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c != '/' && c != ':' && c != '\x7f'; });
}

bool same_family(const std::optional<base::Address>& address, base::Family family) {
    return !address || address->family() == family;
}

template <typename Route>
std::string text_of(const Route& route, const std::string& device) {
    std::string text = canonical(route.destination).to_string();
    if (route.gateway) text += " via " + route.gateway->to_string();
    text += device;
    if (route.source) text += " src " + route.source->to_string();
    return text + " table " + std::to_string(route.table);
}

std::string hexadecimal(std::uint32_t value) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (; value != 0 || text.empty(); value >>= 4) text.insert(text.begin(), kDigits[value & 0xf]);
    return "0x" + text;
}

}  // namespace

RouteId id_of(const RouteSpec& route) {
    const bool default_metric = route.metric == 0 && route.destination.network.is_v6();
    return {canonical(route.destination), route.table, default_metric ? kIpv6Metric : route.metric};
}

RouteId id_of(const RouteState& route) { return {canonical(route.destination), route.table, route.metric}; }

RouteState state_of(const RouteSpec& route, InterfaceIndex interface) {
    const RouteId id = id_of(route);
    return {id.destination, id.table, id.metric, route.protocol, route.source, route.gateway, interface};
}

std::string to_string(const RouteSpec& route) { return text_of(route, " dev " + route.interface); }

std::string to_string(const RouteState& route) { return text_of(route, ""); }

bool is_link_local(const base::Address& address) {
    static const base::Prefix kLinkLocal = *base::Prefix::parse("fe80::/10");
    return kLinkLocal.contains(address);
}

bool is_linux_table(std::uint32_t table) { return table >= kDefaultTable && table <= kLocalTable; }

KernelResult<void> check(const RouteQuestion& question) {
    if (!same_family(question.source, question.destination.family())) {
        return refused(EINVAL, "a route from " + question.source->to_string() + " to " +
                                   question.destination.to_string() + " is asked for");
    }
    return {};
}

KernelResult<void> check(const RouteSpec& route) {
    const base::Family family = route.destination.network.family();
    if (auto good = check_address(route.destination); !good) return good;
    if (!same_family(route.source, family)) return refused(EINVAL, to_string(route) + ": the families differ");
    // RFC 5549: IPv4 over an IPv6 router, but not the reverse.
    if (family == base::Family::ipv6 && !same_family(route.gateway, family)) {
        return refused(EINVAL, to_string(route) + ": the families differ");
    }
    if (route.table == 0) return refused(EINVAL, "there is no table 0");
    return {};
}

KernelResult<void> check(const XfrmInterfaceSpec& spec) {
    if (!is_interface_name(spec.name)) return refused(EINVAL, "not a name for an interface: '" + spec.name + "'");
    if (spec.if_id == 0) return refused(EINVAL, spec.name + ": an xfrm interface needs an if_id, and 0 is none");
    if (spec.mtu != 0 && (spec.mtu < base::kLeastMtu || spec.mtu > base::kMostMtu)) {
        return refused(EINVAL, spec.name + ": the MTU must be 68 to 65535, not " + std::to_string(spec.mtu));
    }
    for (const base::Prefix& address : spec.addresses) {
        if (auto good = check_address(address); !good) return good;
        // RFC 8200 5; Linux would take away the addresses.
        if (spec.mtu == 0 || spec.mtu >= base::kLeastMtuOfIpv6 || !address.network.is_v6()) continue;
        return refused(
            EINVAL, spec.name + ": with IPv6 addresses the MTU must be 1280 at least, not " + std::to_string(spec.mtu));
    }
    return {};
}

KernelResult<void> check_address(const base::Prefix& address) {
    if (address.length <= address.network.bits()) return {};
    return refused(EINVAL, "no prefix is as long as that: " + address.to_string());
}

bool is_ours(const Link& link) { return link.kind == "xfrm" && link.alias == kOwnAlias; }

KernelResult<void> check_is_ours(const Link& link) {
    if (is_ours(link)) return {};
    if (link.kind == "xfrm") {
        return refused(EEXIST, "the xfrm interface " + link.name +
                                   " exists and is somebody else's: xfrmd's have the alias " + std::string(kOwnAlias));
    }
    const std::string what = link.kind.empty() ? "hardware" : "of kind " + link.kind;
    return refused(EEXIST, "the interface " + link.name + " exists and is no xfrm interface but " + what);
}

KernelResult<void> check_adoption(const Link& link, const XfrmInterfaceSpec& spec, InterfaceIndex underlying) {
    if (auto ours = check_is_ours(link); !ours) return ours;
    if (link.if_id != spec.if_id) {
        return refused(EEXIST, "the xfrm interface " + link.name + " exists and has if_id " + hexadecimal(link.if_id) +
                                   ", not " + hexadecimal(spec.if_id));
    }
    if (link.underlying == underlying) return {};
    return refused(EEXIST, "the xfrm interface " + link.name + " exists and sits on another device");
}

tl::unexpected<KernelError> if_id_is_taken(const XfrmInterfaceSpec& spec) {
    return refused(EEXIST, "another xfrm interface than " + spec.name + " has if_id " + hexadecimal(spec.if_id));
}

tl::unexpected<KernelError> no_such_interface(const std::string& name) {
    return refused(ENODEV, "there is no interface " + name);
}

}  // namespace xfrmd::netlink::route
