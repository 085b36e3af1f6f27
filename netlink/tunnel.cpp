#include "netlink/tunnel.h"

#include <algorithm>
#include <utility>

namespace xfrmd::netlink {

namespace {

// Under IPComp the inner header is IPComp's affair.
Mode mode_under_ipcomp(const Tunnel& tunnel) { return tunnel.ids.ipcomp ? Mode::transport : tunnel.mode; }

// An SA has room for one selector; with several, the policies alone decide. In tunnel mode they do anyway.
std::optional<Selector> own_selector(const Tunnel& tunnel) {
    if (tunnel.mode == Mode::tunnel || tunnel.selectors.size() != 1) return std::nullopt;
    return tunnel.selectors.front();
}

// What an SA has of its tunnel in this direction.
SaSpec common_sa(const TunnelSpec& spec, const Tunnel& tunnel, bool inbound) {
    SaSpec sa;
    sa.inbound = inbound;
    sa.source = inbound ? tunnel.remote : tunnel.local;
    sa.id = inbound ? tunnel.ids.inbound : tunnel.ids.outbound;
    sa.reqid = inbound ? tunnel.ids.reqid : tunnel.reqid_out;
    sa.mode = mode_under_ipcomp(tunnel);
    sa.selector = own_selector(tunnel);
    if (sa.selector && inbound) sa.selector = reversed(*sa.selector);
    sa.flags = spec.sa.flags;
    sa.if_id = inbound ? tunnel.policy.if_id_in : tunnel.policy.if_id_out;
    sa.output_mark = inbound ? spec.sa.output_mark_in : spec.sa.output_mark_out;
    sa.tell_direction = spec.sa.tell_direction;
    sa.cpu = spec.sa.cpu;
    return sa;
}

void grow_old(SaSpec& sa, const Age& age) {
    sa.progress.emplace().added = age.added;
    if (sa.lifetime.hard.since_added.count() != 0) sa.lifetime.hard.since_added += age.ago;
}

// What only the SA that protects has.
SaSpec protecting_sa(TunnelSpec& spec, const Tunnel& tunnel, bool inbound) {
    SaSpec sa = common_sa(spec, tunnel, inbound);
    sa.algorithms = std::move(inbound ? spec.algorithms_in : spec.algorithms_out);
    sa.encapsulation = spec.encapsulation;
    if (sa.encapsulation && inbound) std::swap(sa.encapsulation->source_port, sa.encapsulation->destination_port);
    sa.replay_window = spec.replay_window;
    sa.esn = spec.esn;
    sa.lifetime = spec.sa.lifetime;
    sa.offload = spec.sa.offload;
    if (inbound) return sa;
    if (spec.sa.age_out) grow_old(sa, *spec.sa.age_out);
    sa.tfc_bytes = sa.mode == Mode::tunnel && spec.protocol == kEsp ? spec.sa.tfc_bytes : 0;
    sa.acquire_sequence = spec.sa.acquire_sequence;
    return sa;
}

SaId compression_id(const SaId& protecting, Spi cpi) {
    SaId id = protecting;
    id.protocol = kIpComp;
    id.spi = cpi;
    return id;
}

SaSpec compressing_sa(const TunnelSpec& spec, const Tunnel& tunnel, bool inbound) {
    SaSpec sa = common_sa(spec, tunnel, inbound);
    sa.id = compression_id(sa.id, inbound ? tunnel.ids.ipcomp->in : tunnel.ids.ipcomp->out);
    sa.mode = tunnel.mode;
    sa.algorithms = Compression{"deflate"};
    sa.replay_window = 0;
    return sa;
}

constexpr Direction kInOrder[] = {Direction::in, Direction::forward, Direction::out};

// How many policies of this direction each selector has. RFC 4301 5.2: what came out of a tunnel may be for another
// host, which Linux checks against its forward policies. In transport mode it never is.
std::size_t policies_each(const Tunnel& tunnel, Direction direction) {
    if (!tunnel.policy.install) return 0;
    if (direction == Direction::out) return tunnel.defers_outbound ? 0 : 1;
    if (direction == Direction::in) return 1;
    if (tunnel.mode == Mode::transport) return 0;
    return tunnel.policy.forward_out ? 2 : 1;
}

// Innermost first.
std::vector<Template> templates_of(const Tunnel& tunnel, bool out) {
    Template protecting;
    protecting.mode = mode_under_ipcomp(tunnel);
    protecting.protocol = tunnel.ids.outbound.protocol;
    protecting.reqid = tunnel.ids.reqid;
    protecting.source = out ? tunnel.local : tunnel.remote;
    protecting.destination = out ? tunnel.remote : tunnel.local;
    // Several SAs may have the reqid and the addresses: this one is to be sent over, any of them may be received.
    if (out && !tunnel.policy.by_cpu) protecting.spi = tunnel.ids.outbound.spi;
    if (!tunnel.ids.ipcomp) return {protecting};
    Template compressing = protecting;
    compressing.mode = tunnel.mode;
    compressing.protocol = kIpComp;
    compressing.spi = out ? tunnel.ids.ipcomp->out : Spi{};
    compressing.optional = !out;  // RFC 3173 2.2: what does not shrink comes without
    return {compressing, protecting};
}

// Linux leads packets to an SA in a NIC only by a policy in the same NIC, and to no other. Drivers take no policies for
// forwarding: what the NIC has decrypted and let in is not checked again.
std::uint32_t offload_of(const Tunnel& tunnel, Direction direction) {
    return direction == Direction::forward ? 0 : tunnel.offload_interface;
}

// The NIC that is to have the tunnel's policies: with packet offload only.
std::uint32_t policy_device(const TunnelSpec& spec) {
    return spec.sa.offload && spec.sa.offload->kind == OffloadKind::packet ? spec.sa.offload->interface : 0;
}

// What one of a tunnel's policies is for.
struct PolicyRole {
    Direction direction = Direction::in;
    bool out = false;          // which SA serves it
    std::size_t selector = 0;  // which of the tunnel's
};

PolicyRole role_of(const Tunnel& tunnel, std::size_t number) {
    for (const Direction direction : kInOrder) {
        const std::size_t each = policies_each(tunnel, direction);
        const std::size_t count = each * tunnel.selectors.size();
        if (number < count) return {direction, direction == Direction::out || number % each == 1, number / each};
        number -= count;
    }
    return {};
}

PolicyId id_of(const Tunnel& tunnel, const PolicyRole& role) {
    const PolicyOptions& options = tunnel.policy;
    const Selector& outbound = tunnel.selectors[role.selector];
    PolicyId id{role.direction, role.out ? outbound : reversed(outbound), role.out ? options.mark_out : options.mark_in,
                role.out ? options.if_id_out : options.if_id_in};
    id.selector.interface = options.interface;
    return id;
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
    InstalledTunnel ids{reqid, {spec.local, spec.spi_in, spec.protocol}, {spec.remote, spec.spi_out, spec.protocol}};
    ids.outbound.mark = spec.policy.mark_out;
    if (spec.sa.mark_in_sa) ids.inbound.mark = spec.policy.mark_in;
    ids.ipcomp = spec.ipcomp;
    return {ids,         !spec.reqid,         spec.mode,
            spec.local,  spec.remote,         std::move(tidied_selectors),
            spec.policy, policy_device(spec), spec.defers_outbound,
            reqid};
}

SaSpec sa_of(TunnelSpec& spec, const Tunnel& tunnel, std::size_t number) {
    if (!spec.ipcomp) return protecting_sa(spec, tunnel, number == 0);
    return number % 2 == 0 ? protecting_sa(spec, tunnel, number == 0) : compressing_sa(spec, tunnel, number == 1);
}

std::uint32_t sa_count(const InstalledTunnel& tunnel) { return tunnel.ipcomp ? 4 : 2; }

std::vector<SaId> sa_ids_of(const InstalledTunnel& tunnel) {
    if (!tunnel.ipcomp) return {tunnel.inbound, tunnel.outbound};
    return {tunnel.inbound, compression_id(tunnel.inbound, tunnel.ipcomp->in), tunnel.outbound,
            compression_id(tunnel.outbound, tunnel.ipcomp->out)};
}

std::vector<PolicySpec> policies_of(const Tunnel& tunnel) {
    const std::size_t count = policy_count(tunnel);
    std::vector<PolicySpec> policies;
    policies.reserve(count);
    for (std::size_t number = 0; number < count; ++number) policies.push_back(policy_of(tunnel, number));
    return policies;
}

PolicyId policy_id_of(const Tunnel& tunnel, std::size_t number) { return id_of(tunnel, role_of(tunnel, number)); }

PolicySpec policy_of(const Tunnel& tunnel, std::size_t number) {
    const PolicyRole role = role_of(tunnel, number);
    PolicySpec policy;
    policy.id = id_of(tunnel, role);
    policy.priority = tunnel.policy.priority != 0 ? tunnel.policy.priority : policy_priority(policy.id.selector);
    policy.offload_interface = offload_of(tunnel, role.direction);
    policy.asks_for_cpus = tunnel.policy.asks_for_cpus && role.direction == Direction::out;
    // What passes through to the tunnel is let through here, and protected behind it.
    const bool passes_through = role.out && role.direction == Direction::forward;
    if (!passes_through) policy.templates = templates_of(tunnel, role.out);
    return policy;
}

std::size_t policy_count(const Tunnel& tunnel) {
    std::size_t each = 0;
    for (const Direction direction : kInOrder) each += policies_each(tunnel, direction);
    return each * tunnel.selectors.size();
}

}  // namespace xfrmd::netlink
