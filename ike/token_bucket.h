// How often something may happen: `rate` times a second, and `burst` times at once. Time is an argument.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

#include "ike/base/instant.h"

namespace xfrmd::ike {

class TokenBucket {
public:
    TokenBucket(double rate, double burst) : rate_(rate), burst_(burst), tokens_(burst) {}

    bool take(base::Instant now) {
        refill(now);
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }
    // What was taken should not count.
    void give_back() { tokens_ = std::min(burst_, tokens_ + 1); }
    // 0..burst
    double left(base::Instant now) {
        refill(now);
        return tokens_;
    }

private:
    void refill(base::Instant now) {
        const std::chrono::duration<double> passed = now - std::exchange(last_, std::max(now, last_));
        tokens_ = std::min(burst_, tokens_ + std::max(0.0, passed.count()) * rate_);
    }

    double rate_;
    double burst_;
    double tokens_;
    base::Instant last_{};
};

}  // namespace xfrmd::ike
