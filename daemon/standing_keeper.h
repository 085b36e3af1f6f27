// Keeps the kernel's standing policies (traps, shunts, blocks) true to the configuration, and knows which child a trap
// is for. Main thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "daemon/log.h"
#include "daemon/standing_specs.h"
#include "ike/policy/configuration.h"
#include "netlink/standing_policies.h"

namespace xfrmd::daemon {

// Connection, child, and what of it stands.
using StandingKey = std::tuple<std::string, std::string, StandingKind>;

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
    // A trap for this child of the last update's configuration, as long as its dpd_action or close_action is one. False
    // as of update(). The work is that of one connection.
    bool trap(const policy::Connection& connection, const std::string& name);
    // Of the last update's configuration: its trap, or shunt, stands from now on, or no longer, whatever start_action
    // says, as long as the child is configured. Error: why it cannot.
    base::Result<void> install(const policy::Connection& connection, const std::string& name);
    // False where it neither stands nor waits to.
    bool uninstall(const policy::Connection& connection, const std::string& name);
    // Traps and shunts that stand, blocks left out, in the order in which they were put there.
    std::vector<const StandingChild*> standing() const;
    void remove_all();
    // Traps that wait because what an earlier process left in their place still carries packets: children to negotiate
    // now, whose tunnels take it over.
    const std::vector<StandingChild>& inherited() const { return inherited_; }
    // Whether one of them has it, which another of its policies keeps from standing there.
    bool awaits(const netlink::PolicyId& policy) const;
    // The trap whose policy this is, nullptr where there is none. Good until the next update.
    const StandingChild* trap_of(const netlink::PolicyId& policy) const;

private:
    struct Installed {
        StandingChild wanted;
        netlink::Tunnel tunnel;  // with its reqid
        std::vector<netlink::PolicySpec> policies;
        netlink::Claimant claimant{};
        std::uint64_t number = 0;  // of all that were put there
    };

    using Wanted = std::vector<std::pair<StandingKey, StandingChild>>;  // in the order of the configuration
    using Complaints = std::vector<std::pair<StandingKey, base::Error>>;

    void forget_trapped(const policy::IndexedConfiguration& configuration);
    bool carry_out(const policy::Connection& connection, Complaints& complaints);
    bool stands(const policy::Connection& connection, const std::string& name) const;
    bool is_wanted(const policy::Connection& connection, const std::string& name) const;
    Wanted wanted_of(const policy::Connection& connection, Complaints& complaints);
    void replace_all(const Wanted& wanted, Complaints& complaints);
    void replace(const StandingKey& key, const StandingChild& child, std::vector<Installed>& replaced,
                 Complaints& complaints);
    // Into the log, once as long as it stays so.
    void complain(const StandingKey& key, base::Error error, Complaints& complaints);
    void note(const Complaints& complaints);
    std::optional<Installed> put(const StandingChild& child, Complaints& complaints);
    void remove(const Installed& installed);

    Log& log_;
    netlink::Books& books_;
    netlink::StandingPolicies policies_;
    std::map<StandingKey, Installed> installed_;
    std::uint64_t last_number_ = 0;
    ChildNames trapped_;  // since they ended
    StandingOrders orders_;
    std::set<std::string> complaints_;  // of the last update and the traps since
    std::vector<StandingChild> inherited_;
};

}  // namespace xfrmd::daemon
