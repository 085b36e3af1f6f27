#include "netlink/policy_table.h"

#include <algorithm>
#include <utility>

namespace xfrmd::netlink {

namespace {

// Linux itself counts up from 8 (xfrm_gen_index()), and says nothing where a number is taken. The lower three bits are
// the direction.
constexpr std::uint32_t kOurs = 0x58000000;
constexpr std::uint32_t kOursMask = 0xff000000;

// Deleting by index is fast, but leaves the empty nodes of the kernel's selector trees behind; one deletion by selector
// prunes them (xfrm_policy_inexact_gc_tree()).
constexpr std::uint32_t kPruneEvery = 1024;

std::uint32_t number_of(std::uint32_t our_index) { return (our_index & ~kOursMask) >> 3; }

}  // namespace

bool is_our_index(std::uint32_t index) { return (index & kOursMask) == kOurs; }

PolicyTable::Entries::iterator PolicyTable::find(const PolicyId& id) {
    return find_hashed(entries_, hash_of(key_, id), [&](const Entry& entry) { return entry.policy.id == id; });
}

PolicyTable::Entries::const_iterator PolicyTable::find(const PolicyId& id) const {
    return find_hashed(entries_, hash_of(key_, id), [&](const Entry& entry) { return entry.policy.id == id; });
}

PolicyTable::Entry& PolicyTable::entry_for(const PolicyId& id) {
    if (const auto known = find(id); known != entries_.end()) return known->second;
    Entry& entry = entries_.emplace(hash_of(key_, id), Entry{})->second;
    entry.policy.id = id;
    return entry;
}

void PolicyTable::claim(Claimant claimant, Rank rank, PolicySpec policy) {
    Entry& entry = entry_for(policy.id);
    take(entry, claimant);
    // What stands there with an index of the kernel's choice keeps it.
    if (entry.policy.index == 0 && !entry.in_kernel) entry.policy.index = new_index(policy.id.direction);
    put(entry, {claimant, rank, std::move(policy)});
}

void PolicyTable::release(Claimant claimant, const PolicyId& id) {
    const auto entry = find(id);
    if (entry == entries_.end()) return;
    take(entry->second, claimant);
    drop_if_unused(entry);
}

// Keeps the index, which is the entry's and not the claim's.
void PolicyTable::put(Entry& entry, Claim claim) {
    claim.policy.index = entry.policy.index;
    if (!entry.is_claimed || claim.rank >= entry.rank) {
        std::swap(entry.policy, claim.policy);
        std::swap(entry.claimant, claim.claimant);
        std::swap(entry.rank, claim.rank);
        if (!std::exchange(entry.is_claimed, true)) return;
    }
    if (!entry.others) entry.others = std::make_unique<std::vector<Claim>>();
    const auto place = std::upper_bound(entry.others->begin(), entry.others->end(), claim.rank,
                                        [](Rank value, const Claim& other) { return value < other.rank; });
    entry.others->insert(place, std::move(claim));
}

void PolicyTable::take(Entry& entry, Claimant claimant) {
    if (entry.others) std::erase_if(*entry.others, [&](const Claim& claim) { return claim.claimant == claimant; });
    if (!entry.is_claimed || entry.claimant != claimant) return;
    entry.is_claimed = entry.others && !entry.others->empty();
    if (!entry.is_claimed) return;
    Claim& next = entry.others->back();
    next.policy.index = entry.policy.index;
    entry.policy = std::move(next.policy);
    entry.claimant = next.claimant;
    entry.rank = next.rank;
    entry.others->pop_back();
}

std::optional<Change> PolicyTable::change_for(const PolicyId& id, bool renew) {
    const auto found = find(id);
    if (found == entries_.end()) return std::nullopt;
    const Entry& entry = found->second;
    if (!entry.is_claimed) return deletion(id, entry);
    if (!entry.in_kernel) return AddPolicy{entry.policy};
    if (!renew) return std::nullopt;
    return UpdatePolicy{entry.policy};
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
    const auto entry = find(id);
    return entry == entries_.end() || !entry->second.is_claimed ? nullptr : &entry->second.policy;
}

bool PolicyTable::is_standing(Claimant claimant, const PolicyId& id) const {
    const auto entry = find(id);
    return entry != entries_.end() && entry->second.is_claimed && entry->second.claimant == claimant;
}

std::optional<Rank> PolicyTable::standing_rank(const PolicyId& id) const {
    const auto entry = find(id);
    return entry == entries_.end() || !entry->second.is_claimed ? std::nullopt : std::optional(entry->second.rank);
}

bool PolicyTable::is_in_kernel(const PolicyId& id) const {
    const auto entry = find(id);
    return entry != entries_.end() && entry->second.in_kernel;
}

void PolicyTable::found(const PolicyId& id, std::uint32_t index) {
    Entry& entry = entry_for(id);
    entry.in_kernel = true;
    if (entry.policy.index != index) set_index(entry, index);
}

void PolicyTable::lost(const PolicyId& id) {
    const auto entry = find(id);
    if (entry == entries_.end()) return;
    entry->second.in_kernel = false;
    drop_if_unused(entry);
}

std::vector<PolicyId> PolicyTable::all() const {
    std::vector<PolicyId> ids;
    ids.reserve(entries_.size());
    for (const auto& [hash, entry] : entries_) ids.push_back(entry.policy.id);
    std::sort(ids.begin(), ids.end(), PolicyIdOrder{});
    return ids;
}

std::uint32_t PolicyTable::new_index(Direction direction) {
    for (std::uint32_t tried = 1; tried < most_numbers_; ++tried) {
        last_number_ = last_number_ + 1 < most_numbers_ ? last_number_ + 1 : 1;
        if (numbers_.size() <= last_number_) numbers_.resize(last_number_ + 1);
        if (numbers_[last_number_]) continue;
        numbers_[last_number_] = true;
        return kOurs | policy_index(last_number_, direction);
    }
    return 0;
}

void PolicyTable::set_index(Entry& entry, std::uint32_t index) {
    free_index(entry.policy.index);
    entry.policy.index = index;
    if (!is_our_index(index)) return;
    if (numbers_.size() <= number_of(index)) numbers_.resize(number_of(index) + 1);
    numbers_[number_of(index)] = true;
}

void PolicyTable::free_index(std::uint32_t index) {
    if (is_our_index(index) && number_of(index) < numbers_.size()) numbers_[number_of(index)] = false;
}

void PolicyTable::drop_if_unused(Entries::iterator entry) {
    if (entry->second.is_claimed || entry->second.in_kernel) return;
    free_index(entry->second.policy.index);
    entries_.erase(entry);
}

Change PolicyTable::deletion(const PolicyId& id, const Entry& entry) {
    const bool prune = ++deletions_ % kPruneEvery == 0;
    return DeletePolicy{id, prune ? 0 : entry.policy.index};
}

}  // namespace xfrmd::netlink
