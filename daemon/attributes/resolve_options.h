// What becomes of the DNS servers that gateways tell: strongSwan's charon.plugins.resolve.
#pragma once

#include <string>

namespace xfrmd::daemon {

struct ResolveOptions {
    bool load = true;                       // anything
    std::string resolvconf = {};            // resolvconf(8), for a shell; empty: kResolvconf, if it is there
    std::string interface = "lo.xfrmd";     // for that
    std::string file = "/etc/resolv.conf";  // where there is none, nor systemd-resolved

    // Where what is looked for on the host is.
    std::string found_resolvconf = "/sbin/resolvconf";
    std::string resolvectl = "/usr/bin/resolvectl";
    std::string resolved = "/run/systemd/resolve";  // a folder as long as systemd-resolved runs
};

}  // namespace xfrmd::daemon
