// strongswan.conf as values: what ships, where it says nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/log_settings.h"
#include "daemon/route_options.h"
#include "ike/ikev2/sa/options.h"

namespace xfrmd::daemon {

// What every client of any pool is told: charon.dns1, nbns1 and the like, and plugins.attr.
struct CommonAttribute {
    std::string name;  // "dns", "nbns", "subnet", ..., or a number
    std::vector<std::string> values;
    friend bool operator==(const CommonAttribute&, const CommonAttribute&) = default;
};

// plugins.resolve: what becomes of the name servers that a gateway tells.
struct ResolveOptions {
    bool load = true;
    std::string file = "/etc/resolv.conf";
    std::string resolvconf;  // the program; empty: the file is written
    std::string interface = "lo.ipsec";
};

struct StrongswanOptions {
    ikev2::sa::Options engine = {};
    bool dos_protection = true;  // without it, limits against floods are as good as none
    RouteOptions routes = {};
    std::uint32_t replay_window = 32;  // packets, of children that do not say
    LogSettings log = {};
    std::string vici_socket = "/run/charon.vici";
    bool install_virtual_ip = true;
    std::string install_virtual_ip_on = {};  // an interface; empty: that which leads to the peer
    std::vector<CommonAttribute> attributes = {};
    bool updown = true;          // scripts are run
    bool dns_to_updown = false;  // they, and nobody else, are told of a gateway's name servers
    ResolveOptions resolve = {};
};

}  // namespace xfrmd::daemon
