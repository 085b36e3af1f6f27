// Reqids, which join policies to the SAs that serve them. Tunnels of one mode and one set of selectors share a reqid, as they
// share their policies; it stays theirs while one of them stands. Numbers grow, so a late packet or script does not meet
// somebody else's soon; after the last one they start again, at what is free.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "netlink/sa.h"

namespace xfrmd::netlink {

class Reqids {
public:
    // `first` is not 0.
    explicit Reqids(Reqid first) : next_(static_cast<std::uint32_t>(first)) {}

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
        std::uint32_t reqid;
        std::size_t count;
    };

    std::uint32_t next_free();
    bool is_used(std::uint32_t reqid) const;

    std::map<Key, Use> used_;
    std::uint32_t next_;
    bool started_again_ = false;
};

}  // namespace xfrmd::netlink
