#include "netlink/hash_index.h"

#include <utility>

namespace xfrmd::netlink {

void HashIndex::add(std::uint64_t hash, Place place) {
    constexpr std::size_t kFewest = 16;
    if (slots_.empty()) resize(kFewest);
    if ((used_ + 1) * 4 > slots_.size() * 3) resize(slots_.size() * 2);
    put({part_of(hash), place});
    ++used_;
}

void HashIndex::put(Slot slot) {
    std::size_t at = home_of(slot.part);
    while (slots_[at].place != kNoPlace) at = next(at);
    slots_[at] = slot;
}

void HashIndex::resize(std::size_t slots) {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots));
    for (const Slot& slot : old) {
        if (slot.place != kNoPlace) put(slot);
    }
}

// Those behind it that were pushed on move up, so that no search ends before it has come to them.
void HashIndex::remove(std::uint64_t hash, Place place) {
    if (used_ == 0) return;
    std::size_t gap = home_of(part_of(hash));
    while (slots_[gap].place != place) {
        if (slots_[gap].place == kNoPlace) return;
        gap = next(gap);
    }
    for (std::size_t at = next(gap); slots_[at].place != kNoPlace; at = next(at)) {
        if (distance(home_of(slots_[at].part), at) < distance(gap, at)) continue;
        slots_[gap] = slots_[at];
        gap = at;
    }
    slots_[gap] = {};
    --used_;
}

std::vector<Place> HashIndex::places() const {
    std::vector<Place> places;
    places.reserve(used_);
    for (const Slot& slot : slots_) {
        if (slot.place != kNoPlace) places.push_back(slot.place);
    }
    return places;
}

}  // namespace xfrmd::netlink
