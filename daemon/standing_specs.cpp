#include "daemon/standing_specs.h"

#include <algorithm>
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

void add(StandingChildren& all, base::Result<StandingChild> child, const policy::Connection& connection,
         const policy::Child& configured, StandingKind kind) {
    if (child) return all.children.push_back(std::move(*child));
    base::Error error = std::move(child.error());
    const char* const what = kind == StandingKind::trap ? "trap" : kind == StandingKind::block ? "block" : "shunt";
    error.detail =
        std::string("no ") + what + " for " + connection.name + ": child " + configured.name + ": " + error.detail;
    all.errors.push_back({configured.name, kind, std::move(error)});
}

// `dynamic` of a shunt stands for any address of the other side's family.
base::Address any_like(const std::vector<policy::ConfiguredSelector>& others) {
    for (const policy::ConfiguredSelector& other : others) {
        if (!other.dynamic) return base::Address::any(other.selector.addresses.first.family());
    }
    return base::Address::any(base::Family::ipv4);
}

// What stands without a template has no use for addresses, and must not go because a route goes.
base::Result<StandingChild> make_without_peer(const policy::Connection& connection, const policy::Child& child,
                                              StandingKind kind, const Path& path) {
    auto made = make(connection, child, kind, path);
    if (!made) return made;
    made->tunnel.local = made->tunnel.remote = base::Address();
    made->tunnel.mode = netlink::Mode::tunnel;
    return made;
}

bool has_unique_numbers(const policy::Connection& connection, const policy::Child& child) {
    const auto given = policy::NumberKind::given;
    const bool marks = child.mark_in.kind != given || child.mark_out.kind != given;
    const bool own_ids = child.if_id_in.kind != given || child.if_id_out.kind != given;
    return marks || own_ids || connection.if_id_in.kind != given || connection.if_id_out.kind != given;
}

base::Result<StandingChild> make_trap(const policy::Connection& connection, const policy::Child& child) {
    if (has_unique_numbers(connection, child)) {
        return base::fail(Reason::ConfigurationInvalid, "a trap cannot have %unique marks or interface ids");
    }
    const auto path = path_of(connection);
    if (!path) return tl::unexpected(path.error());
    return make(connection, child, StandingKind::trap, *path);
}

base::Result<StandingChild> make_block(const policy::Connection& connection, const policy::Child& child) {
    const Path anywhere{any_like(child.local_ts), any_like(child.remote_ts)};
    if (!child.is_dynamic()) return make_without_peer(connection, child, StandingKind::block, anywhere);
    const auto path = path_of(connection);
    if (!path) return tl::unexpected(path.error());
    return make_without_peer(connection, child, StandingKind::block, *path);
}

void add_negotiated(StandingChildren& all, const policy::Connection& connection, const policy::Child& child,
                    bool is_trapped) {
    if (is_trapped) {
        add(all, make_trap(connection, child), connection, child, StandingKind::trap);
    }
    if (connection.fail_closed) add(all, make_block(connection, child), connection, child, StandingKind::block);
}

void add_shunt(StandingChildren& all, const policy::Connection& connection, const policy::Child& child) {
    const StandingKind kind = child.mode == policy::Mode::pass ? StandingKind::pass : StandingKind::drop;
    const Path anywhere{any_like(child.remote_ts), any_like(child.local_ts)};
    add(all, make_without_peer(connection, child, kind, anywhere), connection, child, kind);
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

// A priority that was given counts as it is, but a block stays behind its tunnel.
netlink::PolicySpec shunt_of(netlink::PolicySpec policy, StandingKind kind, bool priority_is_given) {
    policy.templates.clear();
    policy.action = kind == StandingKind::pass ? netlink::PolicyAction::allow : netlink::PolicyAction::block;
    if (kind == StandingKind::block || (kind == StandingKind::drop && !priority_is_given)) {
        policy.priority = std::max(policy.priority, policy.priority + kPriorityStep);  // not past the last number
    } else if (!priority_is_given) {
        policy.priority -= kPriorityStep;
    }
    return policy;
}

}  // namespace

StandingChildren standing_children_of(const policy::Connection& connection, const ChildNames& trapped,
                                      const StandingOrders& orders) {
    StandingChildren all;
    const auto stands = [&](const policy::Child& child, bool is_configured) {
        const std::pair names{connection.name, child.name};
        return orders.installed.contains(names) || (is_configured && !orders.uninstalled.contains(names));
    };
    for (const policy::Child& child : connection.children) {
        const bool is_trapped = trapped.contains({connection.name, child.name}) || policy::traps(child.start_action);
        add_negotiated(all, connection, child, stands(child, is_trapped));
    }
    for (const policy::Child& shunt : connection.shunts) {
        if (stands(shunt, shunt.start_action != policy::StartAction::none)) add_shunt(all, connection, shunt);
    }
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
        const netlink::PolicySpec shunt = shunt_of(std::move(policy), child.kind, child.tunnel.policy.priority != 0);
        if (child.kind != StandingKind::block) {
            policies.push_back(shunt);
            continue;
        }
        for (netlink::PolicySpec& block : below(shunt)) policies.push_back(std::move(block));
    }
    return policies;
}

}  // namespace xfrmd::daemon
