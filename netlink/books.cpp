#include "netlink/books.h"

#include <algorithm>
#include <cerrno>

namespace xfrmd::netlink {

namespace {

bool is_gone(const KernelError& error) { return error.errno_value == ESRCH || error.errno_value == ENOENT; }

}  // namespace

KernelError named(const Change& change, const KernelError& error) {
    return {error.errno_value, describe(change) + ": " + error.text};
}

std::optional<PolicySpec> Books::wanted(const PolicyTable::Entry& entry) const {
    std::optional<PolicySpec> policy;
    if (const KeptTunnel* kept = tunnels.find(entry.claim.claimant)) {
        policy = policy_of(kept->tunnel, entry.claim.number);
    } else if (const auto set = standing.find(entry.claim.claimant); set != standing.end()) {
        policy = set->second[entry.claim.number];
    }
    if (policy) policy->index = entry.index;
    return policy;
}

std::optional<PolicySpec> Books::wanted(const PolicyId& id) const {
    const PolicyTable::Entry* entry = policies.find(id);
    return entry == nullptr ? std::nullopt : wanted(*entry);
}

std::optional<Change> Books::change_for(const PolicyId& id, bool renew) {
    const PolicyTable::Entry* entry = policies.find(id);
    if (entry == nullptr) return std::nullopt;
    auto policy = wanted(*entry);
    if (!policy) return policies.deletion(*entry);
    if (!entry->in_kernel) return AddPolicy{std::move(*policy)};
    if (!renew) return std::nullopt;
    return UpdatePolicy{std::move(*policy)};
}

std::optional<Change> Books::claim(Place place, const Claim& claim, PolicySpec policy) {
    policies.claim(place, claim);
    const PolicyTable::Entry& entry = policies[place];
    if (entry.claim.claimant != claim.claimant) return std::nullopt;
    policy.index = entry.index;
    if (entry.in_kernel) return UpdatePolicy{std::move(policy)};
    return AddPolicy{std::move(policy)};
}

std::optional<Change> Books::let_go(Claimant claimant, const PolicyId& id) {
    const PolicyTable::Entry* entry = policies.find(id);
    const bool stood = entry != nullptr && entry->claim.claimant == claimant && entry->in_kernel;
    policies.release(claimant, id);
    return stood ? change_for(id, true) : std::nullopt;
}

void Books::settle(Claimant claimant, const PolicyId& id) {
    if (!policies.is_standing(claimant, id)) return;
    policies.release(Claimant::earlier_process, id);
    if (id.direction == Direction::out && !orphaned_sas.empty()) end_replaced_senders(id);
}

// What they received has Reconciler::kGrace.
void Books::end_replaced_senders(const PolicyId& id) {
    const auto serves_it_only = [&](const OrphanedSa& sa) {
        return std::ranges::find(sa.policies, id) != sa.policies.end() &&
               std::ranges::none_of(sa.policies, [&](const PolicyId& policy) {
                   return policies.is_standing(Claimant::earlier_process, policy);
               });
    };
    const std::optional<PolicySpec> in_its_place = wanted(id);
    std::vector<Change> changes;
    for (const Template& hop : in_its_place->templates) {
        auto next = orphaned_sas.lower_bound(SaId{hop.destination, Spi{}, 0});
        while (next != orphaned_sas.end() && next->first.destination == hop.destination) {
            const auto sa = next++;
            if (!serves_it_only(sa->second)) continue;
            changes.emplace_back(DeleteSa{sa->first});
            orphaned_sas.erase(sa);
        }
    }
    static_cast<void>(insist(changes));  // what stays has its hard limit
}

std::vector<KernelResult<void>> Books::apply(std::span<const Change> changes) {
    if (changes.empty()) return {};
    std::vector<KernelResult<void>> results = kernel.apply(changes);
    for (std::size_t i = 0; i < changes.size(); ++i) policies.done(changes[i], results[i]);
    return results;
}

KernelResult<void> Books::insist(std::span<const Change> changes) {
    KernelResult<void> worst;
    const auto results = apply(changes);
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i] || is_gone(results[i].error())) continue;
        const auto again = apply(changes.subspan(i, 1)).front();
        if (again || is_gone(again.error()) || !worst) continue;
        worst = tl::unexpected<KernelError>(named(changes[i], again.error()));
    }
    return worst;
}

}  // namespace xfrmd::netlink
