#include "ike/source_budgets.h"

#include <algorithm>

namespace xfrmd::ike {

namespace {

constexpr auto kPause = std::chrono::milliseconds(100);

}  // namespace

base::Address source_of(const base::Address& remote) { return remote.is_v6() ? remote.network(64) : remote; }

bool SourceBudgets::take(const base::Address& remote, base::Instant now) {
    if (rate_ == 0) return true;
    if (buckets_.size() >= look_at_ && now >= look_again_) forget_full_ones(now);
    const base::Address source = source_of(remote);
    auto found = buckets_.find(source);
    if (found == buckets_.end()) {
        if (buckets_.size() >= kMostSources) return false;
        found = buckets_.emplace(source, TokenBucket(rate_, burst())).first;
    }
    return found->second.take(now);
}

void SourceBudgets::give_back(const base::Address& remote) {
    const auto found = buckets_.find(source_of(remote));
    if (found != buckets_.end()) found->second.give_back();
}

bool SourceBudgets::is_low(const base::Address& remote, base::Instant now) {
    const auto found = buckets_.find(source_of(remote));
    return found != buckets_.end() && found->second.left(now) < burst() / 2;
}

// Again when there are twice as many as stay, and not at once: a small part of the work of those that came meanwhile.
void SourceBudgets::forget_full_ones(base::Instant now) {
    for (auto next = buckets_.begin(); next != buckets_.end();) {
        next = next->second.left(now) >= burst() ? buckets_.erase(next) : std::next(next);
    }
    look_at_ = std::clamp(2 * buckets_.size(), kFew, kMostSources);
    look_again_ = now + kPause;
}

}  // namespace xfrmd::ike
