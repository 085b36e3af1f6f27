// Linux tells of every packet of a child that comes from elsewhere than its SA says. Peers that are not followed may
// send as many as they like; what is not told now comes again with their next packet. Main thread only.
#pragma once

#include <chrono>
#include <unordered_set>

#include "ike/base/instant.h"
#include "ike/child_install.h"

namespace xfrmd::daemon {

class MappingPace {
public:
    static constexpr std::chrono::milliseconds kPause{200};
    static constexpr std::size_t kMost = 4096;  // children in this time

    // Is it this child's turn? Once in a pause.
    bool is_due(ike::ChildSaId child, base::Instant now) {
        if (now >= since_ + kPause) {
            told_.clear();
            since_ = now;
        }
        return told_.size() < kMost && told_.insert(child).second;
    }

private:
    base::Instant since_{};
    std::unordered_set<ike::ChildSaId> told_;
};

}  // namespace xfrmd::daemon
