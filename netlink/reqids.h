// Reqids, which join policies to the SAs that serve them. Tunnels of one mode and one set of selectors share a reqid,
// as they share their policies; it stays theirs while one of them stands. Numbers grow, so a late packet or script does
// not meet somebody else's soon; after the last one they start again at 1, with what is free.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "netlink/sa.h"

namespace xfrmd::netlink {

class Reqids {
public:
    // `first` is not 0. There are to be more numbers up to `last` than sets in use.
    explicit Reqids(Reqid first, Reqid last = Reqid{UINT32_MAX}) : next_(first), last_(last) {}

    // Selectors canonical, sorted, without repetition. Each acquire() wants a release() of the same set.
    Reqid acquire(Mode mode, const std::vector<Selector>& selectors);
    void release(Mode mode, const std::vector<Selector>& selectors);

private:
    struct Key {
        Mode mode;
        std::vector<Selector> selectors;
        bool operator<(const Key& other) const;
    };
    struct Use {
        Reqid reqid;
        std::size_t count;
    };

    Reqid next_free();
    Reqid take_next();
    bool is_used(Reqid reqid) const;

    std::map<Key, Use> used_;
    Reqid next_;
    Reqid last_;
    bool started_again_ = false;
};

}  // namespace xfrmd::netlink
