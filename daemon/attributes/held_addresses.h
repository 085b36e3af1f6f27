// What peers have given us, as clients (RFC 7296 2.19), as long as an IKE SA holds it: virtual addresses, on an
// interface, and DNS servers. Main thread only.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/attributes/name_servers.h"
#include "daemon/log.h"
#include "daemon/network_side.h"
#include "ike/actions.h"

namespace xfrmd::daemon {

class HeldAddresses {
public:
    // All outlive it. `network`: nullptr where there is none. `device`: that addresses go to; empty, or none of this
    // name: that by which packets leave to the peer.
    HeldAddresses(asio::io_context& io, Log& log, NetworkSide* network, std::string device,
                  const ResolveOptions& resolve);

    // What cannot be put on an interface is logged: tunnels come up all the same, and lack a source.
    void hold(const ike::HoldAddresses& given);
    // Nothing for one that holds nothing.
    void drop(policy::LeaseHolder holder);
    void clean();

private:
    struct Held {
        std::string device;
        bool was_there = false;  // before us: it stays
        base::Address remote;    // who gave it first
        std::set<policy::LeaseHolder> holders;
    };
    std::string device_of(const ike::HoldAddresses& given) const;
    void use_services();
    void put(const base::Address& address, const ike::HoldAddresses& given);

    Log& log_;
    NetworkSide* network_;
    const std::string device_;
    const bool resolves_;
    const bool splits_;  // servers can be for single domains
    std::map<base::Address, Held> addresses_;
    std::vector<std::pair<policy::LeaseHolder, NameService>> services_;  // who came last comes first
    NameServers name_servers_;
};

}  // namespace xfrmd::daemon
