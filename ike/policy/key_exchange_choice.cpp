#include "ike/policy/key_exchange_choice.h"

#include <algorithm>
#include <map>
#include <set>

namespace xfrmd::policy {

namespace {

constexpr auto kNone = static_cast<std::uint16_t>(KeyExchangeId::none);

using Lists = std::vector<std::vector<Transform>>;

// The usual case, which costs next to nothing.
std::optional<std::vector<Transform>> best_of_each(const Lists& lists) {
    std::vector<Transform> best;
    for (const auto& list : lists) {
        const auto is_same = [&](const Transform& other) { return other.id != kNone && other.id == list.front().id; };
        if (list.empty() || std::ranges::any_of(best, is_same)) return std::nullopt;
        best.push_back(list.front());
    }
    return best;
}

// Which list has which method: a matching that grows along augmenting paths.
class Matching {
public:
    explicit Matching(const Lists& lists) : lists_(lists) {}

    // Gives `list` a method, and others, where it takes theirs, another one.
    bool serve(std::size_t list) {
        std::set<std::uint16_t> tried;
        return serve(list, tried);
    }

private:
    bool serve(std::size_t list, std::set<std::uint16_t>& tried) {
        for (const Transform& candidate : lists_[list]) {
            if (candidate.id == kNone) return true;
            if (!tried.insert(candidate.id).second) continue;
            const auto holder = holders_.find(candidate.id);
            if (holder != holders_.end() && !serve(holder->second, tried)) continue;
            holders_[candidate.id] = list;
            return true;
        }
        return false;
    }

    const Lists& lists_;
    std::map<std::uint16_t, std::size_t> holders_;
};

bool is_possible(const Lists& lists) {
    Matching matching(lists);
    for (std::size_t list = 0; list < lists.size(); ++list) {
        if (!matching.serve(list)) return false;
    }
    return true;
}

Lists fixed(Lists lists, std::size_t list, const Transform& choice) {
    lists[list] = {choice};
    return lists;
}

}  // namespace

std::optional<std::vector<Transform>> choose_distinct(const std::vector<std::vector<Transform>>& lists) {
    if (auto best = best_of_each(lists)) return best;
    Lists left = lists;
    if (!is_possible(left)) return std::nullopt;
    std::vector<Transform> chosen;
    for (std::size_t list = 0; list < lists.size(); ++list) {
        const auto best = std::ranges::find_if(
            lists[list], [&](const Transform& candidate) { return is_possible(fixed(left, list, candidate)); });
        chosen.push_back(*best);
        left[list] = {*best};
    }
    return chosen;
}

}  // namespace xfrmd::policy
