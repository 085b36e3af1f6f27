// Who waits for what: operations given to engines, and who is told of their end. Main thread only.
#pragma once

#include <functional>
#include <unordered_map>
#include <utility>

#include "ike/actions.h"

namespace xfrmd::daemon {

class Operations {
public:
    using End = std::function<void(const ike::OperationDone&)>;

    ike::OperationId begin(End end) {
        const ike::OperationId id{++last_};
        waiting_.emplace(id, std::move(end));
        return id;
    }
    void finish(const ike::OperationDone& done) {
        const auto found = waiting_.find(done.operation);
        if (found == waiting_.end()) return;
        const End end = std::move(found->second);
        waiting_.erase(found);
        end(done);
    }

private:
    std::uint64_t last_ = 0;
    std::unordered_map<ike::OperationId, End> waiting_;
};

}  // namespace xfrmd::daemon
