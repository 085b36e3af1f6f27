// How many tunnels stand for each child, by connection, name and IKE SA: however many there are, finding out whether
// one stands takes no look at the others. Main thread only.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "ike/child_install.h"

namespace xfrmd::daemon {

class ChildCounts {
public:
    void add(const std::string& connection, const std::string& child, ike::IkeSaId ike_sa) {
        ++counts_[{connection, child, ike_sa}];
    }
    void remove(const std::string& connection, const std::string& child, ike::IkeSaId ike_sa) {
        const auto found = counts_.find({connection, child, ike_sa});
        if (found != counts_.end() && --found->second == 0) counts_.erase(found);
    }
    // none: in whatever IKE SA.
    bool has(const std::string& connection, const std::string& child, ike::IkeSaId ike_sa) const {
        if (ike_sa != ike::IkeSaId::none) return counts_.contains({connection, child, ike_sa});
        const auto first = counts_.lower_bound({connection, child, ike::IkeSaId{}});
        return first != counts_.end() && std::get<0>(first->first) == connection && std::get<1>(first->first) == child;
    }

private:
    std::map<std::tuple<std::string, std::string, ike::IkeSaId>, std::size_t> counts_;
};

}  // namespace xfrmd::daemon
