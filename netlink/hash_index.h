// Finds by hash what somebody keeps at numbered places: open addressing, eight octets a slot, so that a look-up touches
// one line of memory and no entry costs an allocation. Keeps hashes and places, never the things themselves. Hashes
// come from KeyedHash where peers choose what is hashed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace xfrmd::netlink {

using Place = std::uint32_t;
inline constexpr Place kNoPlace = UINT32_MAX;

class HashIndex {
public:
    // Of those with this hash, the place that `is_it`.
    template <typename IsIt>
    std::optional<Place> find(std::uint64_t hash, const IsIt& is_it) const {
        if (used_ == 0) return std::nullopt;
        const std::uint32_t part = part_of(hash);
        for (std::size_t at = home_of(part); slots_[at].place != kNoPlace; at = next(at)) {
            if (slots_[at].part == part && is_it(slots_[at].place)) return slots_[at].place;
        }
        return std::nullopt;
    }
    // Whoever adds knows that it is not there yet.
    void add(std::uint64_t hash, Place place);
    // With the hash that it was added with; nothing where it is not there.
    void remove(std::uint64_t hash, Place place);

    std::size_t size() const { return used_; }
    // All places, in no order.
    std::vector<Place> places() const;

private:
    struct Slot {
        std::uint32_t part = 0;  // of the hash: where it would like to be, and what tells it from its neighbours
        Place place = kNoPlace;  // kNoPlace: free
    };

    static std::uint32_t part_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }
    std::size_t home_of(std::uint32_t part) const { return part & (slots_.size() - 1); }
    std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
    // How far on from `from`, around the end.
    std::size_t distance(std::size_t from, std::size_t to) const { return (to - from) & (slots_.size() - 1); }
    void put(Slot slot);
    void resize(std::size_t slots);

    std::vector<Slot> slots_;  // a power of two, at most three quarters of them in use
    std::size_t used_ = 0;
};

}  // namespace xfrmd::netlink
