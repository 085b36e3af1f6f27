#include "daemon/standing_keeper.h"

#include <algorithm>
#include <utility>

namespace xfrmd::daemon {

bool StandingKeeper::update(const policy::IndexedConfiguration& configuration) {
    std::map<Key, StandingChild> wanted;
    std::vector<std::string> complaints;
    for (const policy::Connection& connection : configuration.connections()) {
        StandingChildren standing = standing_children_of(connection);
        for (StandingChild& child : standing.children) {
            Key key{child.connection, child.child, child.kind};
            wanted.emplace(std::move(key), std::move(child));
        }
        for (const StandingError& failed : standing.errors) {
            complain(failed.error, complaints);
            // What stands is not taken away because it cannot be worked out just now.
            const auto stands = installed_.find({connection.name, failed.child, failed.kind});
            if (stands != installed_.end()) wanted.emplace(stands->first, stands->second.wanted);
        }
    }
    std::erase_if(installed_, [&](const auto& entry) {
        const auto still = wanted.find(entry.first);
        if (still != wanted.end() && still->second == entry.second.wanted) return false;
        remove(entry.second);
        return true;
    });
    inherited_.clear();
    for (const auto& [key, child] : wanted) {
        if (!installed_.contains(key)) put(key, child, complaints);
    }
    complaints_ = std::move(complaints);
    return complaints_.empty() && inherited_.empty();
}

void StandingKeeper::complain(const base::Error& error, std::vector<std::string>& complaints) {
    complaints.push_back(error.sentence());
    const bool is_known = std::find(complaints_.begin(), complaints_.end(), complaints.back()) != complaints_.end();
    if (!is_known) log_.warning(complaints.back());
}

void StandingKeeper::put(const Key& key, const StandingChild& child, std::vector<std::string>& complaints) {
    Installed installed{child, child.tunnel, {}, {}};
    const bool needs_reqid = child.kind == StandingKind::trap && child.tunnel.owns_reqid;
    installed.tunnel.owns_reqid = needs_reqid;
    if (needs_reqid) installed.tunnel.ids.reqid = books_.reqids.acquire(child.tunnel.mode, child.tunnel.selectors);
    StandingChild with_reqid = child;
    with_reqid.tunnel = installed.tunnel;
    installed.policies = policies_of(with_reqid);
    const bool would_break = std::any_of(installed.policies.begin(), installed.policies.end(),
                                         [this](const auto& policy) { return books_.is_inherited(policy.id); });
    if (would_break && child.kind == StandingKind::trap) {
        books_.give_back_reqid(installed.tunnel);
        inherited_.push_back(child);
        return;
    }
    const auto claimant = policies_.put(rank_of(child.kind), installed.policies);
    if (!claimant) {
        books_.give_back_reqid(installed.tunnel);
        complain({base::Reason::KernelRefused,
                  child.connection + ": child " + child.child + ": " + claimant.error().text,
                  {}},
                 complaints);
        return;
    }
    installed.claimant = *claimant;
    installed_.emplace(key, std::move(installed));
}

void StandingKeeper::remove(const Installed& installed) {
    if (const auto taken = policies_.take_away(installed.claimant, installed.policies); !taken) {
        log_.error(taken.error().text);
    }
    books_.give_back_reqid(installed.tunnel);
}

void StandingKeeper::remove_all() {
    for (const auto& [key, installed] : installed_) remove(installed);
    installed_.clear();
}

const StandingChild* StandingKeeper::trap_of(netlink::Reqid reqid) const {
    const auto found = std::find_if(installed_.begin(), installed_.end(), [&](const auto& entry) {
        return entry.second.wanted.kind == StandingKind::trap && entry.second.tunnel.ids.reqid == reqid;
    });
    return found == installed_.end() ? nullptr : &found->second.wanted;
}

}  // namespace xfrmd::daemon
