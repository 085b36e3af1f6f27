// Where routes for tunnels go: strongSwan's charon.install_routes, routing_table, routing_table_prio and
// plugins.kernel-netlink.mtu.
#pragma once

#include <cstdint>

#include "netlink/route/network.h"

namespace xfrmd::daemon {

struct RouteOptions {
    bool install = true;
    // The main table is everybody's: no rule leads there.
    std::uint32_t table = netlink::route::kRouteTable;
    std::uint32_t priority = netlink::route::kRulePriority;  // of the rule
    std::uint32_t mtu = 0;                                   // bytes; 0: the interface's

    bool is_own_table() const { return table != netlink::route::kMainTable; }
    netlink::route::RuleSpec rule() const { return {table, priority, netlink::route::kRouteMark}; }
};

}  // namespace xfrmd::daemon
