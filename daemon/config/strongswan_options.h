// strongswan.conf as values: what ships, where it says nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/attributes/resolve_options.h"
#include "daemon/log_settings.h"
#include "daemon/route_options.h"
#include "ike/ikev2/sa/options.h"
#include "ike/policy/pool.h"

namespace xfrmd::daemon {

struct StrongswanOptions {
    ikev2::sa::Options engine = {};
    bool dos_protection = true;  // without it, limits against floods are as good as none
    RouteOptions routes = {};
    std::uint32_t replay_window = 32;  // packets, of children that do not say
    LogSettings log = {};
    std::string vici_socket = "/run/charon.vici";
    std::string vici_group = "root";
    bool install_virtual_ip = true;
    std::string install_virtual_ip_on = {};              // an interface; empty: that which leads to the peer
    std::vector<policy::PoolAttribute> attributes = {};  // every client of any pool is told: dns1, plugins.attr, ...
    bool updown = true;                                  // scripts are run
    bool dns_to_updown = false;                          // they, and nobody else, are told of a gateway's name servers
    ResolveOptions resolve = {};                         // what becomes of the name servers that a gateway tells
};

}  // namespace xfrmd::daemon
