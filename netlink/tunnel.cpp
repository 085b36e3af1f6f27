#include "netlink/tunnel.h"

#include <algorithm>

namespace xfrmd::netlink {

namespace {

// What both directions have in common.
SaSpec sa_of(const TunnelSpec& spec, const Tunnel& tunnel) {
    SaSpec sa;
    sa.reqid = tunnel.ids.reqid;
    sa.mode = spec.mode;
    sa.encapsulation = spec.encapsulation;
    sa.replay_window = spec.replay_window;
    sa.esn = spec.esn;
    // An SA has room for one selector; with several, the policies alone decide. In tunnel mode they do anyway.
    if (spec.mode == Mode::transport && tunnel.selectors.size() == 1) sa.selector = tunnel.selectors.front();
    return sa;
}

// RFC 4301 5.2: what came out of a tunnel may be for another host, which Linux checks against its forward policies. In
// transport mode it never is.
bool has_direction(Mode mode, Direction direction) { return mode == Mode::tunnel || direction != Direction::forward; }

// `selector` is one of the tunnel's, in the outbound view.
PolicySpec policy_for(const Tunnel& tunnel, const Selector& selector, Direction direction) {
    const bool out = direction == Direction::out;
    PolicySpec policy;
    policy.id = {direction, out ? selector : reversed(selector)};
    policy.priority = policy_priority(selector);
    Template served_by;
    served_by.mode = tunnel.mode;
    served_by.reqid = tunnel.ids.reqid;
    served_by.source = out ? tunnel.local : tunnel.remote;
    served_by.destination = out ? tunnel.remote : tunnel.local;
    // Several SAs may have the reqid and the addresses: this one is to be sent over, any of them may be received.
    if (out) served_by.spi = tunnel.ids.outbound.spi;
    policy.templates.push_back(served_by);
    return policy;
}

}  // namespace

std::vector<Selector> tidied(const std::vector<Selector>& selectors) {
    std::vector<Selector> result;
    result.reserve(selectors.size());
    for (const Selector& selector : selectors) result.push_back(canonical(selector));
    std::sort(result.begin(), result.end(), SelectorOrder{});
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

Tunnel make_tunnel(const TunnelSpec& spec, std::vector<Selector> tidied_selectors, Reqid reqid) {
    const InstalledTunnel ids{reqid, {spec.local, spec.spi_in, kEsp}, {spec.remote, spec.spi_out, kEsp}};
    return {ids, spec.mode, spec.local, spec.remote, std::move(tidied_selectors)};
}

SaSpec inbound_sa(const TunnelSpec& spec, const Tunnel& tunnel) {
    SaSpec sa = sa_of(spec, tunnel);
    sa.inbound = true;
    sa.source = spec.remote;
    sa.id = tunnel.ids.inbound;
    sa.algorithms = clone(spec.algorithms_in);
    if (sa.selector) sa.selector = reversed(*sa.selector);
    if (sa.encapsulation) std::swap(sa.encapsulation->source_port, sa.encapsulation->destination_port);
    return sa;
}

SaSpec outbound_sa(const TunnelSpec& spec, const Tunnel& tunnel) {
    SaSpec sa = sa_of(spec, tunnel);
    sa.source = spec.local;
    sa.id = tunnel.ids.outbound;
    sa.algorithms = clone(spec.algorithms_out);
    return sa;
}

std::vector<PolicySpec> policies_of(const Tunnel& tunnel) {
    std::vector<PolicySpec> policies;
    for (const Direction direction : {Direction::in, Direction::forward, Direction::out}) {
        if (!has_direction(tunnel.mode, direction)) continue;
        for (const Selector& selector : tunnel.selectors) policies.push_back(policy_for(tunnel, selector, direction));
    }
    return policies;
}

}  // namespace xfrmd::netlink
