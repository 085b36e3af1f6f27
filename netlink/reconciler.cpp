#include "netlink/reconciler.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace xfrmd::netlink {

namespace {

using base::Address;

// Enough of an SA to know it by a template that leads to it.
using Way = std::tuple<Address, Address, std::uint8_t, Reqid>;
using Ways = std::map<Way, std::vector<PolicyId>>;

void add_ways(const PolicySpec& policy, Ways& ways) {
    for (const Template& hop : policy.templates) {
        ways[{hop.source, hop.destination, hop.protocol, hop.reqid}].push_back(policy.id);
    }
}

// The same SA with another limit. Its keys are not known, and not needed: Linux keeps those it has
// (xfrm_state_update()).
SaSpec limited(const SaState& sa, std::chrono::seconds age_at_end) {
    SaSpec spec;
    static_cast<SaProperties&>(spec) = sa;
    spec.algorithms = CipherAndMac{"ecb(cipher_null)", {}, "", {}, 0};
    spec.inbound = sa.inbound.value_or(false);
    spec.tell_direction = sa.inbound.has_value();  // or Linux does not find it
    auto& limit = spec.lifetime.hard.since_added;
    limit = limit.count() == 0 ? age_at_end : std::min(limit, age_at_end);
    return spec;
}

}  // namespace

KernelResult<Inheritance> Reconciler::inherit(std::chrono::sys_seconds now, std::chrono::seconds life) {
    const auto policies = books_.kernel.list_policies();
    if (!policies) return tl::unexpected<KernelError>(policies.error());
    const auto sas = books_.kernel.list_sas();
    if (!sas) return tl::unexpected<KernelError>(sas.error());
    Inheritance inheritance;
    Ways ways;
    for (const PolicyState& state : *policies) {
        if (!is_our_index(state.policy.index)) continue;
        books_.policies.found(state.policy.id, state.policy.index);
        add_ways(state.policy, ways);
        ++inheritance.policies;
    }
    std::vector<Change> limits;
    for (const SaState& sa : *sas) {
        const auto way = ways.find({sa.source, sa.id.destination, sa.id.protocol, sa.reqid});
        if (way == ways.end()) continue;
        books_.orphaned_sas.push_back({sa.id, sa.reqid, way->second, false});
        books_.reqids.reserve(sa.reqid);
        if (sa.id.protocol == kEsp) limits.emplace_back(UpdateSa{limited(sa, now - sa.added + life)});
    }
    inheritance.sas = books_.orphaned_sas.size();
    static_cast<void>(books_.insist(limits));  // an SA without a limit still ends with retire()
    return inheritance;
}

KernelResult<void> Reconciler::retire() {
    std::vector<Change> changes;
    for (const PolicyId& id : books_.policies.orphans()) {
        if (auto change = books_.policies.change_for(id)) changes.push_back(std::move(*change));
    }
    for (const OrphanedSa& sa : books_.orphaned_sas) changes.emplace_back(DeleteSa{sa.id});
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
        const std::vector<SaId> ids = sa_ids_of(kept.tunnel.ids);
        const bool whole = std::all_of(ids.begin(), ids.end(), [&](const SaId& sa) { return there.contains(sa); });
        if (!whole) drift.broken.push_back(kept.tunnel.ids);
    }
    std::erase_if(books_.orphaned_sas, [&](const OrphanedSa& sa) { return !there.contains(sa.id); });
    end_replaced_sas();
}

// Not at once: packets that the peer sent before it knew of the new SA are still on their way.
void Reconciler::end_replaced_sas() {
    std::vector<Change> changes;
    std::erase_if(books_.orphaned_sas, [&](OrphanedSa& sa) {
        const bool is_used = std::any_of(sa.policies.begin(), sa.policies.end(),
                                         [&](const PolicyId& id) { return books_.policies.is_unclaimed(id); });
        if (is_used || !std::exchange(sa.is_replaced, true)) return false;
        changes.emplace_back(DeleteSa{sa.id});
        return true;
    });
    static_cast<void>(books_.insist(changes));  // what stays has its hard limit
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
        books_.policies.lost(id);
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
