// The xfrm interfaces that are wanted, with the routes through them, and no others of ours: makes them, keeps them as
// they are wanted, and takes them away. Ours are known by their alias (kOwnAlias), so those of an earlier process are
// taken over or removed, and nobody else's is touched. Borrows both, which must live longer. One thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "netlink/route/network.h"
#include "netlink/route/routes.h"

namespace xfrmd::netlink::route {

struct WantedInterface {
    XfrmInterfaceSpec spec;
    std::vector<base::Prefix> routes;  // into the main table, where the narrowest one counts
    friend bool operator==(const WantedInterface&, const WantedInterface&) = default;
};

class OwnInterfaces {
public:
    OwnInterfaces(Network& network, Routes& routes) : network_(network), routes_(routes) {}

    // One sentence each.
    struct Outcome {
        std::vector<std::string> done;    // it had not stood yet
        std::vector<std::string> undone;  // it had stood: somebody had changed it
        std::vector<std::string> failed;  // tried again by mend()
    };
    // From now on these are wanted; no two have a name, an if_id or a route in common. What was added to one by others
    // stays until it is configured in another way.
    Outcome update(std::vector<WantedInterface> wanted);
    // Makes and brings in line what is not as it should be, as far as is known: after events, but not after each. It
    // costs no question to the kernel where all is well.
    Outcome mend();
    // All of ours. The failures are told.
    std::vector<std::string> remove_all();
    bool empty() const { return wanted_.empty(); }

private:
    void remove_others(std::vector<std::string>& failed);
    void release_routes(const WantedInterface& wanted, const std::vector<base::Prefix>& but);
    void remove_further_addresses(const XfrmInterfaceSpec& spec, std::vector<std::string>& failed);
    void mend(const WantedInterface& wanted, Outcome& outcome);
    KernelResult<XfrmInterface> make(const XfrmInterfaceSpec& spec);
    KernelResult<void> put_route(const RouteSpec& route);
    const Link* our_link(const std::string& name) const;  // nullptr: none, or somebody else's
    bool stands(const XfrmInterfaceSpec& spec) const;

    Network& network_;
    Routes& routes_;
    std::map<std::string, WantedInterface> wanted_;  // by name
    std::set<std::string> awaited_;                  // have not stood yet as they are wanted now
};

}  // namespace xfrmd::netlink::route
