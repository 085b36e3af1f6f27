#include "netlink/reqids.h"

namespace xfrmd::netlink {

namespace {

constexpr std::uint32_t kInARow = 1000;
constexpr std::uint32_t kMultiplier = 2654435761;  // 2^32 / golden ratio; odd, so every number has its own product
constexpr std::uint32_t kInverse = 244002641;      // which leads back to it
static_assert(kMultiplier * kInverse == 1);

// Those in a row as they are; nothing where a scattered one would be one of those, or 0.
std::optional<Reqid> reqid_of(std::uint32_t number) {
    if (number <= kInARow) return number == 0 ? std::nullopt : std::optional(Reqid{number});
    const std::uint32_t scattered = number * kMultiplier;
    return scattered <= kInARow ? std::nullopt : std::optional(Reqid{scattered});
}

std::uint32_t number_of(Reqid reqid) {
    const auto value = static_cast<std::uint32_t>(reqid);
    return value <= kInARow ? value : value * kInverse;
}

}  // namespace

std::optional<Place> Reqids::find(std::uint64_t hash, Mode mode, const std::vector<Selector>& selectors) const {
    return uses_.find(hash, [&](const Use& use) { return use.mode == mode && use.selectors == selectors; });
}

void Reqids::keep(Mode mode, const std::vector<Selector>& selectors, Reqid reqid) {
    const std::uint64_t hash = hash_of(key_, mode, selectors);
    reserve(reqid);
    if (!find(hash, mode, selectors)) uses_.add(hash, {mode, reqid, selectors, 0});
}

Reqid Reqids::acquire(Mode mode, const std::vector<Selector>& selectors, Reqid preferred) {
    const std::uint64_t hash = hash_of(key_, mode, selectors);
    auto place = find(hash, mode, selectors);
    if (place && uses_[*place].count == 0 && configured_.contains(uses_[*place].reqid)) {
        uses_.remove(hash, *place);
        place.reset();
    }
    if (!place) {
        const Reqid reqid = preferred == Reqid{0} ? next_free() : preferred;
        if (number_of(reqid) >= next_) lasting_.insert(reqid);
        place = uses_.add(hash, {mode, reqid, selectors, 0});
    }
    Use& use = uses_[*place];
    ++use.count;
    return use.reqid;
}

void Reqids::release(Mode mode, const std::vector<Selector>& selectors) {
    const std::uint64_t hash = hash_of(key_, mode, selectors);
    const auto place = find(hash, mode, selectors);
    if (!place || --uses_[*place].count > 0) return;
    uses_.remove(hash, *place);
}

// Each number has a reqid of its own, so one that is free is always ahead.
Reqid Reqids::next_free() {
    for (;;) {
        if (next_ == 0) begin_again();
        const auto reqid = reqid_of(next_++);
        if (reqid && !is_spoken_for(*reqid)) return *reqid;
    }
}

void Reqids::begin_again() {
    lasting_.clear();
    for (const Place place : uses_.places()) lasting_.insert(uses_[place].reqid);
}

}  // namespace xfrmd::netlink
