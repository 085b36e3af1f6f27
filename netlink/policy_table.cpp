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

std::optional<Place> PolicyTable::place_of(const PolicyId& id) const {
    return entries_.find(hash_of(key_, id), [&](const Entry& entry) { return entry.id == id; });
}

Place PolicyTable::enter(const PolicyId& id) {
    const std::uint64_t hash = hash_of(key_, id);
    const auto known = entries_.find(hash, [&](const Entry& entry) { return entry.id == id; });
    return known ? *known : entries_.add(hash, Entry{id, 0, false, {}, {}});
}

void PolicyTable::claim(Place place, const Claim& claim) {
    Entry& entry = entries_[place];
    take(entry, claim.claimant);
    // What stands there with an index of the kernel's choice keeps it.
    if (entry.index == 0 && !entry.in_kernel) entry.index = new_index(entry.id.direction);
    put(entry, claim);
}

void PolicyTable::release(Claimant claimant, const PolicyId& id) {
    const auto place = place_of(id);
    if (!place) return;
    take(entries_[*place], claimant);
    drop_if_unused(*place);
}

void PolicyTable::put(Entry& entry, Claim claim) {
    if (!entry.is_claimed() || claim.rank >= entry.claim.rank) {
        std::swap(entry.claim, claim);
        if (claim.claimant == Claimant::none) return;
    }
    if (!entry.others) entry.others = std::make_unique<std::vector<Claim>>();
    const auto place = std::upper_bound(entry.others->begin(), entry.others->end(), claim.rank,
                                        [](Rank value, const Claim& other) { return value < other.rank; });
    entry.others->insert(place, claim);
}

void PolicyTable::take(Entry& entry, Claimant claimant) {
    if (entry.others) std::erase_if(*entry.others, [&](const Claim& claim) { return claim.claimant == claimant; });
    if (!entry.is_claimed() || entry.claim.claimant != claimant) return;
    entry.claim = {};
    if (!entry.others || entry.others->empty()) return;
    entry.claim = entry.others->back();
    entry.others->pop_back();
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

const PolicyTable::Entry* PolicyTable::find(const PolicyId& id) const {
    const auto place = place_of(id);
    return place && entries_[*place].is_used() ? &entries_[*place] : nullptr;
}

bool PolicyTable::is_standing(Claimant claimant, const PolicyId& id) const {
    const Entry* entry = find(id);
    return entry != nullptr && entry->is_claimed() && entry->claim.claimant == claimant;
}

std::optional<Rank> PolicyTable::standing_rank(const PolicyId& id) const {
    const Entry* entry = find(id);
    return entry == nullptr || !entry->is_claimed() ? std::nullopt : std::optional(entry->claim.rank);
}

void PolicyTable::found(const PolicyId& id, std::uint32_t index) {
    Entry& entry = entries_[enter(id)];
    entry.in_kernel = true;
    if (entry.index != index) set_index(entry, index);
}

void PolicyTable::lost(const PolicyId& id) {
    const auto place = place_of(id);
    if (!place) return;
    entries_[*place].in_kernel = false;
    drop_if_unused(*place);
}

std::vector<PolicyId> PolicyTable::all() const {
    std::vector<PolicyId> ids;
    ids.reserve(entries_.size());
    for (const Place place : entries_.places()) ids.push_back(entries_[place].id);
    std::sort(ids.begin(), ids.end(), PolicyIdOrder{});
    return ids;
}

std::uint32_t PolicyTable::new_index(Direction direction) {
    for (std::uint32_t tried = 1; tried < most_numbers_; ++tried) {
        last_number_ = last_number_ + 1 < most_numbers_ ? last_number_ + 1 : 1;
        if (last_number_ < numbers_.size() && numbers_[last_number_]) continue;
        take_number(last_number_);
        return kOurs | policy_index(last_number_, direction);
    }
    return 0;
}

void PolicyTable::set_index(Entry& entry, std::uint32_t index) {
    free_index(entry.index);
    entry.index = index;
    if (is_our_index(index)) take_number(number_of(index));
}

void PolicyTable::take_number(std::uint32_t number) {
    if (numbers_.size() <= number) numbers_.resize(std::max<std::size_t>(number + 1, 2 * numbers_.size()));
    numbers_[number] = true;
}

void PolicyTable::free_index(std::uint32_t index) {
    if (is_our_index(index) && number_of(index) < numbers_.size()) numbers_[number_of(index)] = false;
}

void PolicyTable::drop_if_unused(Place place) {
    const Entry& entry = entries_[place];
    if (entry.is_used()) return;
    free_index(entry.index);
    entries_.remove(hash_of(key_, entry.id), place);
}

DeletePolicy PolicyTable::deletion(const Entry& entry) {
    const bool prune = ++deletions_ % kPruneEvery == 0;
    return {entry.id, prune ? 0 : entry.index};
}

}  // namespace xfrmd::netlink
