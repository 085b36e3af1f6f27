// What the daemon is started with, and why it was not.
#pragma once

#include <chrono>
#include <string>

#include "daemon/attributes/resolve_options.h"
#include "daemon/config/swanctl_connection.h"
#include "daemon/fetching/fetcher.h"
#include "daemon/kernel_side.h"
#include "daemon/pkcs11/tokens.h"
#include "daemon/worker_pool.h"

namespace xfrmd::daemon {

struct DaemonOptions {
    std::string config_path = "/etc/swanctl/swanctl.conf";
    KernelChoice kernel = KernelChoice::linux_xfrm;
    PoolOptions pool;
    FetcherOptions fetching;
    RouteOptions routes;
    std::uint32_t replay_window = policy::Child().replay_window;  // of children that do not say
    bool updown = true;                                           // scripts are run
    bool dns_to_updown = false;                                   // they alone are told of name servers
    bool install_virtual_ips = true;                              // that peers give us
    std::string virtual_ips_on;                                   // an interface; empty: that which leads to the peer
    ResolveOptions resolve;
    std::vector<policy::PoolAttribute> attributes;  // for every client of any pool
    bool fail_closed = false;                       // of connections that do not say
    std::chrono::seconds updown_limit{60};          // of each run of an updown command
    bool ml_dsa = false;                            // is taken where somebody signs (policy::kMlDsaDraft)
    pkcs11::Tokens* tokens = nullptr;               // outlives the daemon, but for its threads; nullptr: there are none

    HostSettings host() const {
        return {{pool.worker.engine.port, pool.worker.engine.nat_port}, fail_closed, tokens, ml_dsa, replay_window};
    }
};

// Why the daemon did not start: one sentence, or for a configuration whole lines, one for each mistake.
struct StartError {
    std::string text;
    bool in_configuration = false;
};

}  // namespace xfrmd::daemon
