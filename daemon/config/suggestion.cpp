#include "daemon/config/suggestion.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace xfrmd::daemon {

namespace {

constexpr std::size_t kLongestCompared = 64;

// Insertions, deletions, replacements and swapped neighbours, each counting one (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(last.begin(), last.end(), 0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t k = 1; k <= b.size(); ++k) {
            const std::size_t replaced = last[k - 1] + (a[i - 1] == b[k - 1] ? 0 : 1);
            row[k] = std::min({last[k] + 1, row[k - 1] + 1, replaced});
            const bool swapped = i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1];
            if (swapped) row[k] = std::min(row[k], before_last[k - 2] + 1);
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view mistyped, std::span<const std::string_view> candidates) {
    if (mistyped.size() > kLongestCompared) return {};
    std::size_t allowed = mistyped.size() < 2 ? 0 : mistyped.size() < 5 ? 1 : 2;
    std::string_view best;
    for (const std::string_view candidate : candidates) {
        if (std::max(mistyped.size(), candidate.size()) > std::min(mistyped.size(), candidate.size()) + allowed)
            continue;
        const std::size_t found = distance(mistyped, candidate);
        if (found > allowed || (found == allowed && !best.empty())) continue;
        allowed = found;
        best = candidate;
    }
    return best;
}

std::string did_you_mean(std::string_view mistyped, std::span<const std::string_view> candidates) {
    const std::string_view near = nearest(mistyped, candidates);
    return near.empty() ? std::string() : "; did you mean '" + std::string(near) + "'?";
}

}  // namespace xfrmd::daemon
