#include "daemon/standing_keeper.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace xfrmd::daemon {

namespace {

bool may_end_in_trap(const policy::Child& child) {
    return policy::traps(child.dpd_action) || policy::traps(child.close_action);
}

StandingKey key_of(const StandingChild& child) { return {child.connection, child.child, child.kind}; }

// By who gives orders, which are not about blocks.
bool is_meant(const StandingKey& key, const std::string& connection, const std::string& name) {
    const auto& [of, child, kind] = key;
    return of == connection && child == name && kind != StandingKind::block;
}

}  // namespace

void StandingKeeper::reserve_reqids(const policy::IndexedConfiguration& configuration) {
    std::unordered_set<netlink::Reqid> reqids;
    for (const policy::Connection& connection : configuration.connections()) {
        for (const auto* children : {&connection.children, &connection.shunts}) {
            for (const policy::Child& child : *children) {
                if (child.reqid != 0) reqids.insert(netlink::Reqid{child.reqid});
            }
        }
    }
    books_.reqids.configure(std::move(reqids));
}

void StandingKeeper::forget_trapped(const policy::IndexedConfiguration& configuration) {
    std::erase_if(trapped_, [&](const auto& names) {
        const policy::Connection* connection = configuration.connection(names.first);
        const policy::Child* child = connection == nullptr ? nullptr : connection->child(names.second);
        return child == nullptr || !may_end_in_trap(*child);
    });
    for (ChildNames* orders : {&orders_.installed, &orders_.uninstalled}) {
        std::erase_if(*orders, [&](const auto& names) {
            const policy::Connection* connection = configuration.connection(names.first);
            return connection == nullptr ||
                   (connection->child(names.second) == nullptr && connection->shunt(names.second) == nullptr);
        });
    }
}

bool StandingKeeper::update(const policy::IndexedConfiguration& configuration) {
    forget_trapped(configuration);
    Wanted wanted;
    Complaints complaints;
    for (const policy::Connection& connection : configuration.connections()) {
        std::ranges::move(wanted_of(connection, complaints), std::back_inserter(wanted));
    }
    inherited_.clear();
    replace_all(wanted, complaints);
    std::set<StandingKey> keys;
    for (const auto& [key, child] : wanted) keys.insert(key);
    std::erase_if(installed_, [&](const auto& entry) {
        if (keys.contains(entry.first)) return false;
        remove(entry.second);
        return true;
    });
    complaints_.clear();
    note(complaints);
    return complaints_.empty() && inherited_.empty();
}

bool StandingKeeper::trap(const policy::Connection& connection, const std::string& name) {
    const policy::Child* child = connection.child(name);
    if (child == nullptr || !may_end_in_trap(*child)) return true;
    trapped_.insert({connection.name, name});
    orders_.uninstalled.erase({connection.name, name});
    Complaints complaints;
    return carry_out(connection, complaints);
}

// The work is that of one connection.
bool StandingKeeper::carry_out(const policy::Connection& connection, Complaints& complaints) {
    std::erase_if(inherited_, [&](const StandingChild& other) { return other.connection == connection.name; });
    replace_all(wanted_of(connection, complaints), complaints);
    note(complaints);
    return complaints_.empty() && inherited_.empty();
}

bool StandingKeeper::stands(const policy::Connection& connection, const std::string& name) const {
    return std::ranges::any_of(installed_,
                               [&](const auto& entry) { return is_meant(entry.first, connection.name, name); });
}

// What fails is not tried again later: whoever asked has been told.
base::Result<void> StandingKeeper::install(const policy::Connection& connection, const std::string& name) {
    const StandingOrders orders_before = orders_;
    const std::vector<StandingChild> inherited_before = inherited_;
    orders_.install(connection.name, name);
    Complaints complaints;
    carry_out(connection, complaints);
    if (stands(connection, name)) return {};
    orders_ = orders_before;
    inherited_ = inherited_before;
    const auto own = std::ranges::find_if(
        complaints, [&](const auto& complaint) { return is_meant(complaint.first, connection.name, name); });
    if (own != complaints.end()) return tl::unexpected(own->second);
    return base::fail(base::Reason::KernelRefused, "what an earlier process left there is still in use");
}

// What waits for a way to its peer, or for its place, would come later.
bool StandingKeeper::is_wanted(const policy::Connection& connection, const std::string& name) const {
    const StandingChildren all = standing_children_of(connection, trapped_, orders_);
    const auto is_it = [&](const auto& one) { return one.child == name && one.kind != StandingKind::block; };
    return std::ranges::any_of(all.children, is_it) || std::ranges::any_of(all.errors, is_it);
}

bool StandingKeeper::uninstall(const policy::Connection& connection, const std::string& name) {
    if (!stands(connection, name) && !is_wanted(connection, name)) return false;
    trapped_.erase({connection.name, name});
    orders_.uninstall(connection.name, name);
    std::erase_if(inherited_, [&](const auto& child) { return is_meant(key_of(child), connection.name, name); });
    std::erase_if(installed_, [&](const auto& entry) {
        const bool goes = is_meant(entry.first, connection.name, name);
        if (goes) remove(entry.second);
        return goes;
    });
    return true;
}

std::vector<const StandingChild*> StandingKeeper::standing() const {
    std::vector<const Installed*> all;
    for (const auto& [key, installed] : installed_) {
        if (installed.wanted.kind != StandingKind::block) all.push_back(&installed);
    }
    std::ranges::sort(all, {}, &Installed::number);
    std::vector<const StandingChild*> standing;
    for (const Installed* installed : all) standing.push_back(&installed->wanted);
    return standing;
}

StandingKeeper::Wanted StandingKeeper::wanted_of(const policy::Connection& connection, Complaints& complaints) {
    Wanted wanted;
    StandingChildren standing = standing_children_of(connection, trapped_, orders_);
    for (StandingChild& child : standing.children) {
        StandingKey key = key_of(child);
        wanted.emplace_back(std::move(key), std::move(child));
    }
    for (const StandingError& failed : standing.errors) {
        complain({connection.name, failed.child, failed.kind}, failed.error, complaints);
        // What stands is not taken away because it cannot be worked out just now.
        const auto stands = installed_.find({connection.name, failed.child, failed.kind});
        if (stands != installed_.end()) wanted.emplace_back(stands->first, stands->second.wanted);
    }
    return wanted;
}

void StandingKeeper::replace_all(const Wanted& wanted, Complaints& complaints) {
    std::vector<Installed> replaced;
    for (const auto& [key, child] : wanted) replace(key, child, replaced, complaints);
    for (const Installed& old : replaced) remove(old);
}

// What lets packets through in the clear is not kept in place of something else.
void StandingKeeper::replace(const StandingKey& key, const StandingChild& child, std::vector<Installed>& replaced,
                             Complaints& complaints) {
    const auto old = installed_.find(key);
    if (old != installed_.end() && old->second.wanted == child) return;
    std::optional<Installed> now = put(child, complaints);
    if (old != installed_.end() && (now || child.kind == StandingKind::pass)) {
        replaced.push_back(std::move(old->second));
        installed_.erase(old);
    }
    if (now) installed_.emplace(key, std::move(*now));
}

void StandingKeeper::complain(const StandingKey& key, base::Error error, Complaints& complaints) {
    const std::string sentence = error.sentence();
    if (!complaints_.contains(sentence)) log_.warning(sentence);
    complaints.emplace_back(key, std::move(error));
}

void StandingKeeper::note(const Complaints& complaints) {
    for (const auto& [key, error] : complaints) complaints_.insert(error.sentence());
}

std::optional<StandingKeeper::Installed> StandingKeeper::put(const StandingChild& child, Complaints& complaints) {
    Installed installed{child, child.tunnel, {}, {}, ++last_number_};
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
        return std::nullopt;
    }
    const auto claimant = policies_.put(rank_of(child.kind), installed.policies);
    if (!claimant) {
        books_.give_back_reqid(installed.tunnel);
        complain(key_of(child),
                 {base::Reason::KernelRefused,
                  child.connection + ": child " + child.child + ": " + claimant.error().text,
                  {}},
                 complaints);
        return std::nullopt;
    }
    installed.claimant = *claimant;
    return installed;
}

bool StandingKeeper::awaits(const netlink::PolicyId& policy) const {
    return std::any_of(inherited_.begin(), inherited_.end(), [&](const StandingChild& child) {
        const std::vector<netlink::PolicySpec> all = policies_of(child);
        return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.id == policy; });
    });
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

// Several may want it: two connections with the same selectors. Then it is the one that stands there.
const StandingChild* StandingKeeper::trap_of(const netlink::PolicyId& policy) const {
    const StandingChild* found = nullptr;
    for (const auto& [key, installed] : installed_) {
        if (installed.wanted.kind != StandingKind::trap) continue;
        const bool wants_it = std::any_of(installed.policies.begin(), installed.policies.end(),
                                          [&](const netlink::PolicySpec& own) { return own.id == policy; });
        if (!wants_it) continue;
        if (books_.policies.is_standing(installed.claimant, policy)) return &installed.wanted;
        found = &installed.wanted;
    }
    return found;
}

}  // namespace xfrmd::daemon
