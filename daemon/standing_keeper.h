// Keeps the kernel's standing policies (traps, shunts, blocks) true to the configuration, and knows which child a trap
// is for. Main thread only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "daemon/log.h"
#include "daemon/standing_specs.h"
#include "netlink/standing_policies.h"

namespace xfrmd::daemon {

class StandingKeeper {
public:
    // Both outlive it.
    StandingKeeper(Log& log, netlink::Books& books) : log_(log), books_(books), policies_(books) {}

    // The ones that are configured are the operator's: to be called before anything of that configuration takes one.
    void reserve_reqids(const policy::IndexedConfiguration& configuration);
    // What is new or has changed is put into the kernel, and then what has gone is removed, so that there is no moment
    // without either. False where something could not be put there (logged, once as long as it stays so): ask again
    // later. What it was to replace stands until then, but for a pass.
    bool update(const policy::IndexedConfiguration& configuration);
    // From the next update on a trap stands for this child, as long as its dpd_action or close_action is one.
    void trap(const std::string& connection, const std::string& child) { trapped_.insert({connection, child}); }
    void remove_all();
    // Traps that wait because what an earlier process left in their place still carries packets: children to negotiate
    // now, whose tunnels take it over.
    const std::vector<StandingChild>& inherited() const { return inherited_; }
    // Whether one of them has it, which another of its policies keeps from standing there.
    bool awaits(const netlink::PolicyId& policy) const;
    // The trap whose policy this is, nullptr where there is none. Good until the next update.
    const StandingChild* trap_of(const netlink::PolicyId& policy) const;

private:
    using Key = std::tuple<std::string, std::string, StandingKind>;
    struct Installed {
        StandingChild wanted;
        netlink::Tunnel tunnel;  // with its reqid
        std::vector<netlink::PolicySpec> policies;
        netlink::Claimant claimant{};
    };

    using Wanted = std::map<Key, StandingChild>;

    void forget_trapped(const policy::IndexedConfiguration& configuration);
    Wanted wanted_of(const policy::Connection& connection, std::vector<std::string>& complaints);
    void replace(const Key& key, const StandingChild& child, std::vector<Installed>& replaced,
                 std::vector<std::string>& complaints);
    void complain(const base::Error& error, std::vector<std::string>& complaints);
    std::optional<Installed> put(const StandingChild& child, std::vector<std::string>& complaints);
    void remove(const Installed& installed);

    Log& log_;
    netlink::Books& books_;
    netlink::StandingPolicies policies_;
    std::map<Key, Installed> installed_;
    ChildNames trapped_;                   // since they ended
    std::vector<std::string> complaints_;  // of the last update
    std::vector<StandingChild> inherited_;
};

}  // namespace xfrmd::daemon
