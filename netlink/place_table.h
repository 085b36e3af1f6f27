// Values at numbered places, found by hash (see HashIndex). A value stays where it is until it is removed, so
// references to it last as long; its place may then be another one's. What was freed is used again, and given back when
// nothing is left.
#pragma once

#include <array>
#include <memory>
#include <utility>

#include "netlink/hash_index.h"

namespace xfrmd::netlink {

template <typename T>
class PlaceTable {
public:
    // Of those with this hash, the place of the value that `is_it`.
    template <typename IsIt>
    std::optional<Place> find(std::uint64_t hash, const IsIt& is_it) const {
        return index_.find(hash, [&](Place place) { return is_it((*this)[place]); });
    }

    Place add(std::uint64_t hash, T value) {
        const Place place = free_place();
        (*this)[place] = std::move(value);
        index_.add(hash, place);
        return place;
    }

    // The value there is found by another hash from now on.
    void rehash(std::uint64_t from, std::uint64_t to, Place place) {
        index_.remove(from, place);
        index_.add(to, place);
    }

    // With the hash that it was added with.
    void remove(std::uint64_t hash, Place place) {
        index_.remove(hash, place);
        if (index_.size() == 0) {
            *this = {};
            return;
        }
        (*this)[place] = T{};
        free_.push_back(place);
    }

    T& operator[](Place place) { return (*blocks_[place / kBlock])[place % kBlock]; }
    const T& operator[](Place place) const { return (*blocks_[place / kBlock])[place % kBlock]; }
    // Whether there was ever so much that the place could be one; what is there may have been removed.
    bool has_place(Place place) const { return place < begun_; }
    std::vector<Place> places() const { return index_.places(); }
    std::size_t size() const { return index_.size(); }

private:
    static constexpr std::size_t kBlock = 64;

    Place free_place() {
        if (!free_.empty()) {
            const Place place = free_.back();
            free_.pop_back();
            return place;
        }
        if (begun_ == blocks_.size() * kBlock) blocks_.push_back(std::make_unique<std::array<T, kBlock>>());
        return begun_++;
    }

    HashIndex index_;
    std::vector<std::unique_ptr<std::array<T, kBlock>>> blocks_;
    Place begun_ = 0;  // how many places there are
    std::vector<Place> free_;
};

}  // namespace xfrmd::netlink
