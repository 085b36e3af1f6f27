#include "netlink/reconciler.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace xfrmd::netlink {

namespace {

using base::Address;

// Enough of an SA to know it by a template that leads to it.
using Way = std::tuple<Address, Address, std::uint8_t, Reqid>;

std::set<Way> ways_of(const PolicySpec& policy) {
    std::set<Way> ways;
    for (const Template& hop : policy.templates) ways.emplace(hop.source, hop.destination, hop.protocol, hop.reqid);
    return ways;
}

Way way_of(const SaState& sa) { return {sa.source, sa.id.destination, sa.id.protocol, sa.reqid}; }

}  // namespace

KernelResult<Inheritance> Reconciler::inherit() {
    const auto policies = books_.kernel.list_policies();
    if (!policies) return tl::unexpected<KernelError>(policies.error());
    const auto sas = books_.kernel.list_sas();
    if (!sas) return tl::unexpected<KernelError>(sas.error());
    Inheritance inheritance;
    std::set<Way> ways;
    for (const PolicyState& state : *policies) {
        if (!is_our_index(state.policy.index)) continue;
        books_.policies.found(state.policy.id, state.policy.index);
        ways.merge(ways_of(state.policy));
        ++inheritance.policies;
    }
    for (const SaState& sa : *sas) {
        if (!ways.contains(way_of(sa))) continue;
        books_.orphaned_sas.push_back(sa.id);
        books_.reqids.reserve(sa.reqid);
    }
    inheritance.sas = books_.orphaned_sas.size();
    return inheritance;
}

KernelResult<void> Reconciler::retire() {
    std::vector<Change> changes;
    for (const PolicyId& id : books_.policies.orphans()) {
        if (auto change = books_.policies.change_for(id)) changes.push_back(std::move(*change));
    }
    for (const SaId& id : books_.orphaned_sas) changes.emplace_back(DeleteSa{id});
    books_.orphaned_sas.clear();
    return books_.insist(changes);
}

KernelResult<Drift> Reconciler::run() {
    const auto sas = books_.kernel.list_sas();
    if (!sas) return tl::unexpected<KernelError>(sas.error());
    const auto policies = books_.kernel.list_policies();
    if (!policies) return tl::unexpected<KernelError>(policies.error());
    Drift drift;
    check_sas(*sas, drift);
    check_policies(*policies, drift);
    return drift;
}

void Reconciler::check_sas(const std::vector<SaState>& had, Drift& drift) {
    std::set<SaId> there;
    for (const SaState& sa : had) there.insert(sa.id);
    for (const auto& [id, kept] : books_.tunnels) {
        const InstalledTunnel& ids = kept.tunnel.ids;
        if (!there.contains(ids.inbound) || !there.contains(ids.outbound)) drift.broken.push_back(ids);
    }
    std::erase_if(books_.orphaned_sas, [&](const SaId& id) { return !there.contains(id); });
}

void Reconciler::check_policies(const std::vector<PolicyState>& had, Drift& drift) {
    std::map<PolicyId, const PolicyState*, PolicyIdOrder> there;
    std::vector<Change> changes;
    for (const PolicyState& state : had) {
        there.emplace(state.policy.id, &state);
        const bool is_stray = is_our_index(state.policy.index) && !books_.policies.is_in_kernel(state.policy.id);
        if (is_stray) books_.policies.found(state.policy.id, state.policy.index);
    }
    for (const PolicyId& id : books_.policies.all()) {
        const auto found = there.find(id);
        check_policy(id, found == there.end() ? nullptr : found->second, changes, drift);
    }
    repair(changes, drift);
}

void Reconciler::check_policy(const PolicyId& id, const PolicyState* had, std::vector<Change>& changes, Drift& drift) {
    const PolicySpec* wanted = books_.policies.wanted(id);
    if (had == nullptr) {
        books_.policies.lost(id);
        if (wanted == nullptr) return;
        drift.repaired.push_back(to_string(id) + " was gone");
    } else if (wanted == nullptr) {
        return;  // an orphan, until retire()
    } else if (!is_our_index(had->policy.index)) {
        drift.failed.push_back(to_string(id) + " is somebody else's now");
        return;
    } else if (const std::string what = difference(*wanted, *had); !what.empty()) {
        drift.repaired.push_back(to_string(id) + " had another " + what);
    } else {
        return;
    }
    if (auto change = books_.policies.change_for(id, true)) changes.push_back(std::move(*change));
}

void Reconciler::repair(const std::vector<Change>& changes, Drift& drift) {
    const auto results = books_.apply(changes);
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (!results[i]) drift.failed.push_back(named(changes[i], results[i].error()).text);
    }
}

}  // namespace xfrmd::netlink
