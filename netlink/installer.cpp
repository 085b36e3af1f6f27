#include "netlink/installer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>

#include "netlink/reqids.h"

namespace xfrmd::netlink {

namespace {

// Changes, and for each the one that takes it back.
struct Plan {
    std::vector<Change> changes;
    std::vector<Change> undo;

    void add(Change change, Change back) {
        changes.push_back(std::move(change));
        undo.push_back(std::move(back));
    }
};

bool is_gone(const KernelError& error) { return error.errno_value == ESRCH || error.errno_value == ENOENT; }

KernelError named(const Change& change, const KernelError& error) {
    return {error.errno_value, describe(change) + ": " + error.text};
}

Plan plan_sas(const TunnelSpec& spec, const Tunnel& tunnel) {
    Plan plan;
    plan.add(AddSa{inbound_sa(spec, tunnel)}, DeleteSa{tunnel.ids.inbound});
    plan.add(AddSa{outbound_sa(spec, tunnel)}, DeleteSa{tunnel.ids.outbound});
    return plan;
}

// Calls visit(selector, direction) for every policy of the tunnel.
template <typename Visit>
void for_each_policy(const Tunnel& tunnel, const std::array<Direction, 3>& order, Visit visit) {
    for (const Direction direction : order) {
        if (!has_direction(tunnel.mode, direction)) continue;
        for (const Selector& selector : tunnel.selectors) visit(selector, direction);
    }
}

}  // namespace

struct Installer::Impl {
    Impl(Kernel& port, Reqid first_reqid) : kernel(port), reqids(first_reqid) {}

    // The newest tunnel with this policy, leaving out `except`; nullptr where there is none.
    const Tunnel* owner(const Selector& selector, Direction direction, const Tunnel* except = nullptr) const;
    Plan plan_policies(const Tunnel& tunnel) const;
    std::vector<Change> plan_removal(const Tunnel& tunnel) const;

    tl::expected<void, InstallError> put_into_kernel(const TunnelSpec& spec, const Tunnel& tunnel);
    // Everything or nothing. `failed` becomes the index of the first change that failed.
    KernelResult<void> carry_out(Plan plan, std::size_t& failed);
    // For changes that take something away: what is gone is fine, what fails is tried once more (ENOMEM passes).
    KernelResult<void> insist(std::span<const Change> changes);

    void remember(Tunnel tunnel);
    void forget(const Tunnel& tunnel);

    Kernel& kernel;
    Reqids reqids;
    std::map<SaId, Tunnel> tunnels;                                       // by inbound SA
    std::map<Selector, std::vector<const Tunnel*>, SelectorOrder> users;  // of tunnels' nodes, oldest first
};

const Tunnel* Installer::Impl::owner(const Selector& selector, Direction direction, const Tunnel* except) const {
    const auto found = users.find(selector);
    if (found == users.end()) return nullptr;
    const auto newest = std::find_if(found->second.rbegin(), found->second.rend(), [&](const Tunnel* tunnel) {
        return tunnel != except && has_direction(tunnel->mode, direction);
    });
    return newest != found->second.rend() ? *newest : nullptr;
}

Plan Installer::Impl::plan_policies(const Tunnel& tunnel) const {
    Plan plan;
    const std::array order{Direction::in, Direction::forward, Direction::out};
    for_each_policy(tunnel, order, [&](const Selector& selector, Direction direction) {
        const PolicySpec policy = policy_for(tunnel, selector, direction);
        if (const Tunnel* before = owner(selector, direction)) {
            plan.add(UpdatePolicy{policy}, UpdatePolicy{policy_for(*before, selector, direction)});
        } else {
            plan.add(AddPolicy{policy}, DeletePolicy{policy.id});
        }
    });
    return plan;
}

std::vector<Change> Installer::Impl::plan_removal(const Tunnel& tunnel) const {
    std::vector<Change> changes;
    const std::array order{Direction::out, Direction::in, Direction::forward};
    for_each_policy(tunnel, order, [&](const Selector& selector, Direction direction) {
        if (owner(selector, direction) != &tunnel) return;
        if (const Tunnel* next = owner(selector, direction, &tunnel)) {
            changes.emplace_back(UpdatePolicy{policy_for(*next, selector, direction)});
        } else {
            changes.emplace_back(DeletePolicy{policy_for(tunnel, selector, direction).id});
        }
    });
    changes.emplace_back(DeleteSa{tunnel.ids.outbound});
    changes.emplace_back(DeleteSa{tunnel.ids.inbound});
    return changes;
}

KernelResult<void> Installer::Impl::carry_out(Plan plan, std::size_t& failed) {
    const auto results = kernel.apply(plan.changes);
    const auto bad = std::find_if(results.begin(), results.end(), [](const auto& result) { return !result; });
    if (bad == results.end()) return {};
    failed = static_cast<std::size_t>(bad - results.begin());
    KernelError error = named(plan.changes[failed], bad->error());
    std::vector<Change> back;
    for (std::size_t i = results.size(); i-- > 0;) {
        // After an EEXIST, what is there is not ours.
        if (results[i] || answer_was_lost(results[i].error())) back.push_back(std::move(plan.undo[i]));
    }
    if (const auto undone = insist(back); !undone) error.text += "; then " + undone.error().text;
    return tl::unexpected<KernelError>(std::move(error));
}

KernelResult<void> Installer::Impl::insist(std::span<const Change> changes) {
    KernelResult<void> worst;
    const auto results = kernel.apply(changes);
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i] || is_gone(results[i].error())) continue;
        const auto again = kernel.apply(changes.subspan(i, 1)).front();
        if (again || is_gone(again.error()) || !worst) continue;
        worst = tl::unexpected<KernelError>(named(changes[i], again.error()));
    }
    return worst;
}

tl::expected<void, InstallError> Installer::Impl::put_into_kernel(const TunnelSpec& spec, const Tunnel& tunnel) {
    std::size_t failed = 0;
    // No policy is touched before both SAs stand: it may lead into another tunnel that works.
    if (const auto done = carry_out(plan_sas(spec, tunnel), failed); !done) {
        const auto step = failed == 0 ? InstallStep::inbound_sa : InstallStep::outbound_sa;
        return tl::unexpected(InstallError{step, done.error()});
    }
    const auto done = carry_out(plan_policies(tunnel), failed);
    if (done) return {};
    InstallError error{InstallStep::policy, done.error()};
    const std::array<Change, 2> sas{DeleteSa{tunnel.ids.outbound}, DeleteSa{tunnel.ids.inbound}};
    if (const auto undone = insist(sas); !undone) error.kernel.text += "; then " + undone.error().text;
    return tl::unexpected(std::move(error));
}

void Installer::Impl::remember(Tunnel tunnel) {
    const SaId key = tunnel.ids.inbound;
    const Tunnel& kept = tunnels.emplace(key, std::move(tunnel)).first->second;
    for (const Selector& selector : kept.selectors) users[selector].push_back(&kept);
}

void Installer::Impl::forget(const Tunnel& tunnel) {
    for (const Selector& selector : tunnel.selectors) {
        const auto entry = users.find(selector);
        std::erase(entry->second, &tunnel);
        if (entry->second.empty()) users.erase(entry);
    }
    reqids.release(tunnel.mode, tunnel.selectors);
    tunnels.erase(SaId(tunnel.ids.inbound));  // the key must outlive its node
}

Installer::Installer(Kernel& kernel, Reqid first_reqid) : impl_(std::make_unique<Impl>(kernel, first_reqid)) {}
Installer::~Installer() = default;

tl::expected<InstalledTunnel, InstallError> Installer::install(const TunnelSpec& spec) {
    std::vector<Selector> selectors = tidied(spec.selectors);
    if (selectors.empty()) {
        return tl::unexpected(InstallError{InstallStep::policy, kernel_error(EINVAL, "a tunnel without selectors")});
    }
    const Reqid reqid = impl_->reqids.acquire(spec.mode, selectors);
    Tunnel tunnel = make_tunnel(spec, std::move(selectors), reqid);
    const InstalledTunnel ids = tunnel.ids;
    // Somebody may have flushed the kernel's SAs: our own books count as well.
    auto done = impl_->tunnels.contains(ids.inbound)
                    ? tl::unexpected(InstallError{InstallStep::inbound_sa, kernel_error(EEXIST)})
                    : impl_->put_into_kernel(spec, tunnel);
    if (!done) {
        impl_->reqids.release(spec.mode, tunnel.selectors);
        return tl::unexpected(std::move(done.error()));
    }
    impl_->remember(std::move(tunnel));
    return ids;
}

KernelResult<void> Installer::remove(const InstalledTunnel& tunnel) {
    const auto found = impl_->tunnels.find(tunnel.inbound);
    if (found == impl_->tunnels.end() || found->second.ids != tunnel) return {};
    const std::vector<Change> changes = impl_->plan_removal(found->second);
    impl_->forget(found->second);
    return impl_->insist(changes);
}

}  // namespace xfrmd::netlink
