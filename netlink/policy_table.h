// Who wants which policy, and which of them the kernel has. Linux keeps one policy for each PolicyId, so tunnels, traps
// and blocks with a selector in common share it: the claim that ranks highest stands there, among equals the newest.
// Books only: what a policy is like beyond its identity knows whoever claims it (Books::wanted()), and the changes that
// follow are the caller's to make, who tells how they ended. Indexes are given out here, with a mark in their upper
// bits by which a later process knows which policies are ours. When two million are out, the kernel chooses (index 0):
// such a policy works, but no later process knows it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "netlink/kernel.h"
#include "netlink/keyed_hash.h"
#include "netlink/place_table.h"

namespace xfrmd::netlink {

// A tunnel goes before the trap that led to it, both before the block that stands when there is nothing, and all before
// what an earlier process left: with SAs that serve it (inherited), or without (leftover).
enum class Rank : std::uint8_t { leftover, inherited, block, trap, tunnel };

// Whose claim it is: see Books::new_claimant().
enum class Claimant : std::uint64_t { none = 0, earlier_process = 1 };

struct Claim {
    Claimant claimant = Claimant::none;
    std::uint32_t number = 0;  // which of the claimant's policies it is
    Rank rank = Rank::leftover;
};

// Whether the index is one that a PolicyTable gave out, in this process or another.
bool is_our_index(std::uint32_t index);

class PolicyTable {
public:
    // An index has room for so many numbers beside our mark and the direction; 0 is none of them.
    static constexpr std::uint32_t kNumbers = 1U << 21;

    // Nearly every policy has one claim, so the one that stands is in the entry itself.
    struct Entry {
        PolicyId id;
        std::uint32_t index = 0;  // 0: the kernel chooses
        bool in_kernel = false;
        Claim claim;                                 // what stands; nobody's where nobody claims it
        std::unique_ptr<std::vector<Claim>> others;  // ascending
        bool is_claimed() const { return claim.claimant != Claimant::none; }
        bool is_used() const { return is_claimed() || in_kernel; }
    };

    // `numbers`: at most kNumbers.
    explicit PolicyTable(HashKey key = {}, std::uint32_t numbers = kNumbers) : key_(key), most_numbers_(numbers) {}

    // Where it is entered, now or before. Good until the next release() or lost(); what stays unclaimed goes with
    // these.
    Place enter(const PolicyId& id);
    const Entry& operator[](Place place) const { return entries_[place]; }
    // A claimant has one claim to a policy; a second one replaces it. The policy's index is chosen here.
    void claim(Place place, const Claim& claim);
    void release(Claimant claimant, const PolicyId& id);

    // How to delete it.
    DeletePolicy deletion(const Entry& entry);
    // What is claimed there was added or replaced, with the index that it has here.
    void put_in_kernel(Place place) { entries_[place].in_kernel = true; }
    // How a change ended. An answer that was lost counts as done: the next change then updates or deletes.
    void done(const Change& change, const KernelResult<void>& result);

    // nullptr where nobody claims it and the kernel has it not. Good until the next call that is not const.
    const Entry* find(const PolicyId& id) const;
    // Of the highest rank only, none where another one stands.
    bool is_standing(Claimant claimant, const PolicyId& id) const;
    // nullopt where nobody claims it.
    std::optional<Rank> standing_rank(const PolicyId& id) const;
    // Claimed by somebody, or in the kernel.
    bool knows(const PolicyId& id) const { return find(id) != nullptr; }

    // A policy that the kernel has, from before this process or in spite of what was asked.
    void found(const PolicyId& id, std::uint32_t index);
    // The kernel has it no more.
    void lost(const PolicyId& id);
    // Claimed ones, and those that the kernel has and nobody claims.
    std::vector<PolicyId> all() const;
    std::size_t size() const { return entries_.size(); }

private:
    std::optional<Place> place_of(const PolicyId& id) const;
    static void put(Entry& entry, Claim claim);
    static void take(Entry& entry, Claimant claimant);
    // 0: none is free.
    std::uint32_t new_index(Direction direction);
    void set_index(Entry& entry, std::uint32_t index);
    void take_number(std::uint32_t number);
    void free_index(std::uint32_t index);
    void drop_if_unused(Place place);

    HashKey key_;
    std::uint32_t most_numbers_;
    PlaceTable<Entry> entries_;
    std::vector<bool> numbers_;  // in use
    std::uint32_t last_number_ = 0;
    std::uint32_t deletions_ = 0;
};

}  // namespace xfrmd::netlink
