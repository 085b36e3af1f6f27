#include "ike/known_sources.h"

#include <functional>
#include <string_view>

#include "ike/source_budgets.h"

namespace xfrmd::ike {

namespace {

struct Mark {
    std::size_t place;
    std::uint32_t text;  // never 0
};

Mark mark_of(const base::Address& remote) {
    const base::Address source = source_of(remote);
    const std::uint64_t hash = std::hash<std::string_view>{}(base::as_text(source.bytes()));
    return {hash % KnownSources::kPlaces, static_cast<std::uint32_t>(hash >> 32) | 1U};
}

}  // namespace

void KnownSources::note(const base::Address& remote) {
    if (!places_) places_ = std::make_unique<std::uint32_t[]>(kPlaces);
    const Mark mark = mark_of(remote);
    places_[mark.place] = mark.text;
}

bool KnownSources::has(const base::Address& remote) const {
    if (!places_) return false;
    const Mark mark = mark_of(remote);
    return places_[mark.place] == mark.text;
}

}  // namespace xfrmd::ike
