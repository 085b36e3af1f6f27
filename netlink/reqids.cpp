#include "netlink/reqids.h"

#include <algorithm>

namespace xfrmd::netlink {

namespace {

constexpr std::uint32_t kInARow = 1000;
constexpr std::uint32_t kMultiplier =
    2654435761;  // odd, so every number has one product of its own; 2^32 / golden ratio

// May give one of the first thousand, or 0, again: those are taken, or no reqid at all.
Reqid scattered(std::uint32_t number) { return Reqid{number <= kInARow ? number : number * kMultiplier}; }

}  // namespace

bool Reqids::Key::operator<(const Key& other) const {
    if (mode != other.mode) return mode < other.mode;
    return std::lexicographical_compare(selectors.begin(), selectors.end(), other.selectors.begin(),
                                        other.selectors.end(), SelectorOrder{});
}

Reqid Reqids::acquire(Mode mode, const std::vector<Selector>& selectors) {
    auto [found, is_new] = used_.try_emplace(Key{mode, selectors}, Use{Reqid{}, 0});
    if (is_new) found->second.reqid = next_free();
    ++found->second.count;
    return found->second.reqid;
}

void Reqids::release(Mode mode, const std::vector<Selector>& selectors) {
    const auto found = used_.find(Key{mode, selectors});
    if (found == used_.end() || --found->second.count > 0) return;
    taken_.erase(found->second.reqid);
    used_.erase(found);
}

// The counter wraps after four thousand million, so one that is free is always ahead.
Reqid Reqids::next_free() {
    for (;;) {
        const Reqid reqid = scattered(next_++);
        if (reqid != Reqid{0} && taken_.insert(reqid).second) return reqid;
    }
}

}  // namespace xfrmd::netlink
