// MemoryNetwork's look-up: rules in the order of their priority, then the longest prefix (RFC 1812 5.2.4.3).
#include <algorithm>
#include <cerrno>

#include "netlink/route/checks.h"
#include "netlink/route/memory_network.h"

namespace xfrmd::netlink::route {

namespace {

using base::Address;

constexpr std::uint8_t kKernelProtocol = 2;  // RTPROT_KERNEL

}  // namespace

KernelResult<RouteAnswer> MemoryNetwork::route_to(const RouteQuestion& question) {
    if (auto good = check(question); !good) return tl::unexpected<KernelError>(good.error());
    const Address& destination = question.destination;
    const bool must_be_local = question.source && !destination.is_v6();
    if (must_be_local && !truth_.address_is_local(*question.source))
        return refused(ENETUNREACH, "the source is not ours");
    if (truth_.address_is_local(destination)) {
        return RouteAnswer{question.source.value_or(destination), InterfaceIndex{1}, std::nullopt, kMainTable, true};
    }
    for (const std::uint32_t table : tables_for(question.mark)) {
        if (const auto route = best_route(destination, table)) return answer(question, *route);
    }
    return refused(ENETUNREACH, "the route to " + destination.to_string());
}

std::vector<std::uint32_t> MemoryNetwork::tables_for(std::uint32_t mark) const {
    std::vector<RuleSpec> rules = rules_;
    std::stable_sort(rules.begin(), rules.end(),
                     [](const RuleSpec& a, const RuleSpec& b) { return a.priority < b.priority; });
    std::vector<std::uint32_t> tables;
    for (const RuleSpec& rule : rules) {
        if (!rule.except_mark || *rule.except_mark != mark) tables.push_back(rule.table);
    }
    tables.push_back(kMainTable);
    return tables;
}

std::optional<RouteState> MemoryNetwork::best_route(const Address& destination, std::uint32_t table) const {
    std::vector<RouteState> routes = routes_;
    const auto connected = connected_routes();
    routes.insert(routes.end(), connected.begin(), connected.end());
    std::optional<RouteState> best;
    for (const RouteState& route : routes) {
        if (route.table != table || !route.destination.contains(destination)) continue;
        const bool longer = !best || route.destination.length > best->destination.length;
        const bool nearer = !longer && route.destination == best->destination && route.metric < best->metric;
        if (longer || nearer) best = route;
    }
    return best;
}

std::vector<RouteState> MemoryNetwork::connected_routes() const {
    std::vector<RouteState> routes;
    for (const auto& [index, link] : truth_.links()) {
        if (!link.switched_on) continue;
        for (const LocalAddress& own : truth_.addresses_of(index)) {
            const base::Prefix network{own.address.network(own.prefix_length), own.prefix_length};
            routes.push_back({network, kMainTable, 0, kKernelProtocol, own.address, std::nullopt, index});
        }
    }
    return routes;
}

RouteAnswer MemoryNetwork::answer(const RouteQuestion& question, const RouteState& route) const {
    RouteAnswer found;
    found.interface = route.interface;
    found.next_hop = route.gateway;
    found.table = route.table;
    const base::Family family = question.destination.family();
    found.source = question.source ? *question.source : source_on(route, family).value_or(Address::any(family));
    return found;
}

// The route's own source; else the interface's address in the gateway's network, else any of the interface.
std::optional<Address> MemoryNetwork::source_on(const RouteState& route, base::Family family) const {
    if (route.source) return route.source;
    std::optional<Address> source;
    for (const LocalAddress& own : truth_.addresses_of(route.interface)) {
        if (own.address.family() != family) continue;
        const base::Prefix network{own.address.network(own.prefix_length), own.prefix_length};
        if (!source || (route.gateway && network.contains(*route.gateway))) source = own.address;
    }
    return source;
}

}  // namespace xfrmd::netlink::route
