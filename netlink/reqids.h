// Reqids, which join policies to the SAs that serve them. Tunnels of one mode and one set of selectors share a reqid,
// as they share their policies; it stays theirs while one of them stands. The first thousand are 1, 2, 3, ..., as
// people and scripts expect; those behind are scattered, for Linux finds SAs by reqid xor addresses, and numbers in a
// row with addresses in a row would all meet in one bucket (xfrm_state's bydst hash). None comes again before four
// thousand million others, so a late packet or script does not meet somebody else's.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <utility>
#include <vector>

#include "netlink/keyed_hash.h"
#include "netlink/place_table.h"
#include "netlink/sa.h"

namespace xfrmd::netlink {

class Reqids {
public:
    // The first number given out; not 0.
    explicit Reqids(Reqid first = Reqid{1}, HashKey key = {}) : next_(static_cast<std::uint32_t>(first)), key_(key) {}

    // Selectors canonical, sorted, without repetition. Each acquire() wants a release() of the same set. `preferred`:
    // for a set that has none yet, whoever has it besides; 0 none.
    Reqid acquire(Mode mode, const std::vector<Selector>& selectors, Reqid preferred = Reqid{0});
    void release(Mode mode, const std::vector<Selector>& selectors);
    // Of an SA from before this process, whoever's: never given out from now on. Again is fine; one that was given out
    // before stays with its set.
    void reserve(Reqid reqid) { reserved_.insert(reqid); }
    // The same, and whoever acquires this set gets it: a tunnel that comes in the place of an earlier process's has its
    // reqid, so that the policies of either let the packets of both pass. Before the set's first acquire().
    void keep(Mode mode, const std::vector<Selector>& selectors, Reqid reqid);
    // The operator's, in place of those that were configured before: not given out as long as they are.
    void configure(std::unordered_set<Reqid> reqids) { configured_ = std::move(reqids); }

private:
    struct Use {
        Mode mode{};
        Reqid reqid{};
        std::vector<Selector> selectors;
        std::size_t count = 0;
    };

    std::optional<Place> find(std::uint64_t hash, Mode mode, const std::vector<Selector>& selectors) const;
    bool is_spoken_for(Reqid reqid) const {
        return reserved_.contains(reqid) || configured_.contains(reqid) || lasting_.contains(reqid);
    }
    Reqid next_free();
    // The numbers begin again: what is in use now is not given out until they do so once more.
    void begin_again();

    PlaceTable<Use> uses_;
    std::unordered_set<Reqid> reserved_;
    std::unordered_set<Reqid> configured_;
    std::unordered_set<Reqid> lasting_;  // in use when the numbers began again, or before their turn
    std::uint32_t next_;
    HashKey key_;
};

}  // namespace xfrmd::netlink
