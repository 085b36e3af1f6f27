#include "daemon/standing_specs.h"

#include <utility>

#include "daemon/kernel_selectors.h"
#include "daemon/source_address.h"
#include "daemon/tunnel_options.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;

// strongSwan's steps: passes go before tunnels, drops and blocks behind them.
constexpr std::uint32_t kPriorityStep = 200000;

policy::TrafficSelectors resolved(const std::vector<policy::ConfiguredSelector>& selectors, const base::Address& host) {
    policy::TrafficSelectors all;
    for (const policy::ConfiguredSelector& selector : selectors) all.push_back(selector.resolve(host));
    return all;
}

base::Result<StandingChild> make(const policy::Connection& connection, const policy::Child& child, StandingKind kind,
                                 const Path& path) {
    const auto selectors =
        kernel_selectors(resolved(child.local_ts, path.local), resolved(child.remote_ts, path.remote));
    if (!selectors) return tl::unexpected(selectors.error());
    StandingChild standing{connection.name, child.name, kind, {}};
    netlink::Tunnel& tunnel = standing.tunnel;
    tunnel.local = path.local;
    tunnel.remote = path.remote;
    tunnel.mode = child.is_shunt() ? netlink::Mode::tunnel : kernel_mode(child.mode);
    tunnel.selectors = netlink::tidied(*selectors);
    tunnel.owns_reqid = child.reqid == 0;
    tunnel.ids.reqid = netlink::Reqid{child.reqid};
    if (const auto set = set_policy_options(tunnel.policy, connection, child); !set) return tl::unexpected(set.error());
    return standing;
}

void add(StandingChildren& all, base::Result<StandingChild> child, const std::string& what) {
    if (child) return all.children.push_back(std::move(*child));
    base::Error error = std::move(child.error());
    error.detail = what + ": " + error.detail;
    all.errors.push_back(std::move(error));
}

void add_negotiated(StandingChildren& all, const policy::Connection& connection, const policy::Child& child) {
    const bool traps = policy::traps(child.start_action);
    if (!traps && !connection.fail_closed) return;
    const auto path = path_of(connection);
    const auto make_one = [&](StandingKind kind) -> base::Result<StandingChild> {
        if (!path) return tl::unexpected(path.error());
        return make(connection, child, kind, *path);
    };
    const std::string name = connection.name + ": child " + child.name;
    if (traps) add(all, make_one(StandingKind::trap), "trap of " + name);
    if (connection.fail_closed) add(all, make_one(StandingKind::block), "block of " + name);
}

// `dynamic` of a shunt stands for any address of the other side's family.
base::Address any_like(const std::vector<policy::ConfiguredSelector>& others) {
    for (const policy::ConfiguredSelector& other : others) {
        if (!other.dynamic) return base::Address::any(other.selector.addresses.first.family());
    }
    return base::Address::any(base::Family::ipv4);
}

void add_shunt(StandingChildren& all, const policy::Connection& connection, const policy::Child& child) {
    if (child.start_action == policy::StartAction::none) return;
    const StandingKind kind = child.mode == policy::Mode::pass ? StandingKind::pass : StandingKind::drop;
    const Path anywhere{any_like(child.remote_ts), any_like(child.local_ts)};
    add(all, make(connection, child, kind, anywhere), "shunt of " + connection.name + ": child " + child.name);
}

// Linux has one policy for a selector and a mark, so a block for the same packets as the tunnel's needs another mark:
// two of them, with and without a bit that the tunnel's mark leaves open, are for all of them.
std::vector<netlink::PolicySpec> below(const netlink::PolicySpec& block) {
    std::uint32_t bit = 1U << 31;
    while (bit != 0 && (block.id.mark.mask & bit) != 0) bit >>= 1;
    if (bit == 0) return {block};  // the tunnel's policy stands in the same place, then
    netlink::PolicySpec without = block;
    without.id.mark.mask |= bit;
    netlink::PolicySpec with = without;
    with.id.mark.value |= bit;
    return {std::move(without), std::move(with)};
}

netlink::PolicySpec shunt_of(netlink::PolicySpec policy, StandingKind kind) {
    policy.templates.clear();
    policy.action = kind == StandingKind::pass ? netlink::PolicyAction::allow : netlink::PolicyAction::block;
    policy.priority += kind == StandingKind::pass ? -kPriorityStep : kPriorityStep;
    return policy;
}

}  // namespace

StandingChildren standing_children_of(const policy::Connection& connection) {
    StandingChildren all;
    for (const policy::Child& child : connection.children) add_negotiated(all, connection, child);
    for (const policy::Child& shunt : connection.shunts) add_shunt(all, connection, shunt);
    return all;
}

netlink::Rank rank_of(StandingKind kind) {
    return kind == StandingKind::trap ? netlink::Rank::trap : netlink::Rank::block;
}

std::vector<netlink::PolicySpec> policies_of(const StandingChild& child) {
    std::vector<netlink::PolicySpec> policies;
    for (netlink::PolicySpec& policy : netlink::policies_of(child.tunnel)) {
        if (child.kind == StandingKind::trap) {
            ++policy.priority;  // behind a tunnel with the same selectors, as strongSwan has it
            policies.push_back(std::move(policy));
            continue;
        }
        const netlink::PolicySpec shunt = shunt_of(std::move(policy), child.kind);
        if (child.kind != StandingKind::block) {
            policies.push_back(shunt);
            continue;
        }
        for (netlink::PolicySpec& block : below(shunt)) policies.push_back(std::move(block));
    }
    return policies;
}

}  // namespace xfrmd::daemon
