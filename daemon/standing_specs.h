// Which policies the configuration alone asks for, before or without any SA: traps (start_action = trap), shunts
// (mode = pass | drop), and the blocks of connections with fail_closed = yes. Pure, but for one question to the routing
// table for each connection.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ike/base/result.h"
#include "ike/policy/connection.h"
#include "netlink/policy_table.h"
#include "netlink/tunnel.h"

namespace xfrmd::daemon {

// Connection and child.
using ChildNames = std::set<std::pair<std::string, std::string>>;

enum class StandingKind : std::uint8_t { trap, pass, drop, block };

// What an operator has said of children beside the configuration: traps and shunts that are to stand, or not to,
// whatever their start_action is.
struct StandingOrders {
    ChildNames installed;
    ChildNames uninstalled;

    void install(const std::string& connection, const std::string& child) {
        uninstalled.erase({connection, child});
        installed.insert({connection, child});
    }
    void uninstall(const std::string& connection, const std::string& child) {
        installed.erase({connection, child});
        uninstalled.insert({connection, child});
    }
};

// One child's standing policies of one kind.
struct StandingChild {
    std::string connection;
    std::string child;
    StandingKind kind = StandingKind::trap;
    netlink::Tunnel tunnel;  // without SAs, and without a reqid yet
    friend bool operator==(const StandingChild&, const StandingChild&) = default;
};

struct StandingError {
    std::string child;
    StandingKind kind = StandingKind::trap;
    base::Error error;
};

// Those of one connection. What cannot be, such as a trap for a peer whose address nobody knows, is an error; NoRoute
// may pass.
struct StandingChildren {
    std::vector<StandingChild> children;
    std::vector<StandingError> errors;
};
// `trapped`: children that have a trap whatever their start_action is.
StandingChildren standing_children_of(const policy::Connection& connection, const ChildNames& trapped,
                                      const StandingOrders& orders = {});

netlink::Rank rank_of(StandingKind kind);
// With the reqid of a trap in `child.tunnel.ids`.
std::vector<netlink::PolicySpec> policies_of(const StandingChild& child);

}  // namespace xfrmd::daemon
