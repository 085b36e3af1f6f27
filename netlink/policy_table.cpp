#include "netlink/policy_table.h"

#include <algorithm>
#include <tuple>

namespace xfrmd::netlink {

namespace {

// Linux itself counts up from 8 (xfrm_gen_index()), and says nothing where a number is taken. The lower three bits are
// the direction, so there is room for two million policies.
constexpr std::uint32_t kOurs = 0x58000000;
constexpr std::uint32_t kOursMask = 0xff000000;
constexpr std::uint32_t kNumbers = 1U << 21;

// Deleting by index is fast, but leaves the empty nodes of the kernel's selector trees behind; one deletion by selector
// prunes them (xfrm_policy_inexact_gc_tree()).
constexpr std::uint32_t kPruneEvery = 1024;

}  // namespace

bool is_our_index(std::uint32_t index) { return (index & kOursMask) == kOurs; }

bool PolicyIdOrder::operator()(const PolicyId& a, const PolicyId& b) const {
    const auto rest = [](const PolicyId& id) { return std::tie(id.direction, id.mark, id.if_id); };
    if (rest(a) != rest(b)) return rest(a) < rest(b);
    return SelectorOrder{}(a.selector, b.selector);
}

void PolicyTable::claim(Claimant claimant, Rank rank, PolicySpec policy) {
    const PolicyId id = policy.id;
    release(claimant, id);
    Entry& entry = entries_[id];
    if (entry.index == 0) entry.index = new_index(id.direction);
    policy.index = entry.index;
    const auto place = std::upper_bound(entry.claims.begin(), entry.claims.end(), rank,
                                        [](Rank value, const Claim& other) { return value < other.rank; });
    entry.claims.insert(place, {claimant, rank, std::move(policy)});
}

void PolicyTable::release(Claimant claimant, const PolicyId& id) {
    const auto entry = entries_.find(id);
    if (entry == entries_.end()) return;
    std::erase_if(entry->second.claims, [&](const Claim& claim) { return claim.claimant == claimant; });
    drop_if_unused(entry);
}

std::optional<Change> PolicyTable::change_for(const PolicyId& id, bool renew) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return std::nullopt;
    const Entry& entry = found->second;
    if (entry.claims.empty()) return deletion(id, entry);
    if (!entry.in_kernel) return AddPolicy{entry.claims.back().policy};
    if (!renew) return std::nullopt;
    return UpdatePolicy{entry.claims.back().policy};
}

// Error: none. Only claims and what the kernel said decide.
void PolicyTable::done(const Change& change, const KernelResult<void>& result) {
    const bool made = result || answer_was_lost(result.error());
    const bool gone = !result && (result.error().errno_value == ENOENT || result.error().errno_value == ESRCH);
    if (const auto* deleted = std::get_if<DeletePolicy>(&change); deleted != nullptr && (made || gone)) {
        lost(deleted->id);
    } else if (const auto* added = std::get_if<AddPolicy>(&change); added != nullptr && made) {
        found(added->policy.id, added->policy.index);
    } else if (const auto* updated = std::get_if<UpdatePolicy>(&change); updated != nullptr && made) {
        found(updated->policy.id, updated->policy.index);
    }
}

const PolicySpec* PolicyTable::wanted(const PolicyId& id) const {
    const auto entry = entries_.find(id);
    return entry == entries_.end() || entry->second.claims.empty() ? nullptr : &entry->second.claims.back().policy;
}

bool PolicyTable::is_standing(Claimant claimant, const PolicyId& id) const {
    const auto entry = entries_.find(id);
    return entry != entries_.end() && !entry->second.claims.empty() && entry->second.claims.back().claimant == claimant;
}

bool PolicyTable::is_in_kernel(const PolicyId& id) const {
    const auto entry = entries_.find(id);
    return entry != entries_.end() && entry->second.in_kernel;
}

void PolicyTable::found(const PolicyId& id, std::uint32_t index) {
    Entry& entry = entries_[id];
    if (entry.index != index) indexes_.erase(entry.index);
    entry.index = index;
    entry.in_kernel = true;
    indexes_.insert(index);
    for (Claim& claim : entry.claims) claim.policy.index = index;
}

void PolicyTable::lost(const PolicyId& id) {
    const auto entry = entries_.find(id);
    if (entry == entries_.end()) return;
    entry->second.in_kernel = false;
    drop_if_unused(entry);
}

std::vector<PolicyId> PolicyTable::orphans() const {
    std::vector<PolicyId> ids;
    for (const auto& [id, entry] : entries_) {
        if (entry.claims.empty()) ids.push_back(id);
    }
    return ids;
}

std::vector<PolicyId> PolicyTable::all() const {
    std::vector<PolicyId> ids;
    for (const auto& [id, entry] : entries_) ids.push_back(id);
    return ids;
}

std::uint32_t PolicyTable::new_index(Direction direction) {
    for (;;) {
        last_number_ = last_number_ + 1 < kNumbers ? last_number_ + 1 : 1;
        const std::uint32_t index = kOurs | policy_index(last_number_, direction);
        // Two million policies are more than any host has memory for: one is free.
        if (indexes_.insert(index).second) return index;
    }
}

void PolicyTable::drop_if_unused(Entries::iterator entry) {
    if (!entry->second.claims.empty() || entry->second.in_kernel) return;
    indexes_.erase(entry->second.index);
    entries_.erase(entry);
}

Change PolicyTable::deletion(const PolicyId& id, const Entry& entry) {
    const bool prune = ++deletions_ % kPruneEvery == 0;
    return DeletePolicy{id, prune ? 0 : entry.index};
}

}  // namespace xfrmd::netlink
