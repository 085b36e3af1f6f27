#include "netlink/reqids.h"

namespace xfrmd::netlink {

namespace {

constexpr std::uint32_t kInARow = 1000;
constexpr std::uint32_t kMultiplier =
    2654435761;  // odd, so every number has one product of its own; 2^32 / golden ratio

// May give one of the first thousand, or 0, again: those are taken, or no reqid at all.
Reqid scattered(std::uint32_t number) { return Reqid{number <= kInARow ? number : number * kMultiplier}; }

}  // namespace

Reqids::Uses::iterator Reqids::find(std::uint64_t hash, Mode mode, const std::vector<Selector>& selectors) {
    return find_hashed(used_, hash, [&](const Use& use) { return use.mode == mode && use.selectors == selectors; });
}

Reqid Reqids::acquire(Mode mode, const std::vector<Selector>& selectors) {
    const std::uint64_t hash = hash_of(key_, mode, selectors);
    auto use = find(hash, mode, selectors);
    if (use == used_.end()) use = used_.emplace(hash, Use{mode, selectors, next_free(), 0});
    ++use->second.count;
    return use->second.reqid;
}

void Reqids::release(Mode mode, const std::vector<Selector>& selectors) {
    const auto use = find(hash_of(key_, mode, selectors), mode, selectors);
    if (use == used_.end() || --use->second.count > 0) return;
    taken_.erase(use->second.reqid);
    used_.erase(use);
}

// The counter wraps after four thousand million, so one that is free is always ahead.
Reqid Reqids::next_free() {
    for (;;) {
        const Reqid reqid = scattered(next_++);
        if (reqid != Reqid{0} && !reserved_.contains(reqid) && taken_.insert(reqid).second) return reqid;
    }
}

}  // namespace xfrmd::netlink
