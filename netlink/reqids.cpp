#include "netlink/reqids.h"

namespace xfrmd::netlink {

namespace {

constexpr std::uint32_t kInARow = 1000;
constexpr std::uint32_t kMultiplier =
    2654435761;  // odd, so every number has one product of its own; 2^32 / golden ratio

// May give one of the first thousand, or 0, again: those are taken, or no reqid at all.
Reqid scattered(std::uint32_t number) { return Reqid{number <= kInARow ? number : number * kMultiplier}; }

}  // namespace

std::optional<Place> Reqids::find(std::uint64_t hash, Mode mode, const std::vector<Selector>& selectors) const {
    return uses_.find(hash, [&](const Use& use) { return use.mode == mode && use.selectors == selectors; });
}

Reqid Reqids::acquire(Mode mode, const std::vector<Selector>& selectors, Reqid preferred) {
    const std::uint64_t hash = hash_of(key_, mode, selectors);
    auto place = find(hash, mode, selectors);
    if (!place) {
        const Reqid reqid = preferred == Reqid{0} ? next_free() : preferred;
        place = uses_.add(hash, {mode, reqid, selectors, 0});
        taken_.add(static_cast<std::uint32_t>(reqid), *place);
    }
    Use& use = uses_[*place];
    ++use.count;
    return use.reqid;
}

void Reqids::release(Mode mode, const std::vector<Selector>& selectors) {
    const std::uint64_t hash = hash_of(key_, mode, selectors);
    const auto place = find(hash, mode, selectors);
    if (!place || --uses_[*place].count > 0) return;
    taken_.remove(static_cast<std::uint32_t>(uses_[*place].reqid), *place);
    uses_.remove(hash, *place);
}

// The counter wraps after four thousand million, so one that is free is always ahead.
Reqid Reqids::next_free() {
    for (;;) {
        const Reqid reqid = scattered(next_++);
        if (reqid != Reqid{0} && !is_spoken_for(reqid) && !is_taken(reqid)) return reqid;
    }
}

bool Reqids::is_taken(Reqid reqid) const {
    return taken_.find(static_cast<std::uint32_t>(reqid), [&](Place place) { return uses_[place].reqid == reqid; })
        .has_value();
}

}  // namespace xfrmd::netlink
