#include "daemon/api/nearest.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace xfrmd::daemon::api {

namespace {

constexpr std::size_t kLongest = 64;
using Row = std::array<std::size_t, kLongest + 1>;

// Optimal string alignment, three rows at a time.
std::size_t edits_between(std::string_view a, std::string_view b) {
    Row before{};
    Row above{};
    Row row{};
    for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before = above;
        above = row;
    }
    return above[b.size()];
}

}  // namespace

std::string nearest(std::string_view name, std::span<const std::string_view> candidates) {
    if (name.size() > kLongest) return {};
    std::size_t fewest = std::max<std::size_t>(1, (name.size() + 1) / 3) + 1;
    std::string_view best;
    for (const std::string_view candidate : candidates) {
        if (candidate.size() > kLongest) continue;
        const std::size_t edits = edits_between(name, candidate);
        if (edits >= fewest) continue;
        fewest = edits;
        best = candidate;
    }
    return std::string(best);
}

}  // namespace xfrmd::daemon::api
