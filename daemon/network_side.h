// Everything of the daemon that deals with routes, links and addresses: routes with the right source address, in
// table 220 unless RouteOptions name another one, for what goes into tunnels, as strongSwan installs them, the xfrm
// interfaces that are configured, and which device an address is on. Main thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <tl/expected.hpp>

#include "daemon/deadline.h"
#include "daemon/log.h"
#include "daemon/route_options.h"
#include "daemon/tunnel_offload.h"
#include "ike/child_install.h"
#include "ike/policy/xfrm_interface.h"
#include "netlink/route/network.h"
#include "netlink/route/network_events.h"
#include "netlink/route/own_interfaces.h"
#include "netlink/route/routes.h"
#include "netlink/tunnel.h"

namespace xfrmd::daemon {

// Whether a path between peers may look different after it. Routes in a table of our own, of which each tunnel has
// some, lead to what is behind peers, and questions for paths pass them by.
bool concerns_paths(const netlink::route::Event& event, const RouteOptions& options);

class NetworkSide {
public:
    // An address of ours that has gone, or cannot be used any more.
    using OnAddressGone = std::function<void(const base::Address&)>;

    // Opens rtnetlink. `io` and `log` outlive it. The error is one sentence.
    static tl::expected<std::unique_ptr<NetworkSide>, std::string> open(asio::io_context& io, Log& log,
                                                                        OnAddressGone on_address_gone,
                                                                        const RouteOptions& options);
    // With another network than Linux's, whose events it gets all the same.
    NetworkSide(asio::io_context& io, Log& log, std::unique_ptr<netlink::route::Network> network,
                netlink::route::NetworkEvents events, OnAddressGone on_address_gone, const RouteOptions& options = {});
    ~NetworkSide();
    // Called with its index when a link goes down or away, as NICs lose their SAs then, and Linux tells nobody.
    void watch_links(std::function<void(std::uint32_t)> on_link_down) { on_link_down_ = std::move(on_link_down); }
    // Called after changes of addresses, links or routes that concern paths.
    void watch_paths(std::function<void()> on_change) { on_paths_ = std::move(on_change); }
    NetworkSide(const NetworkSide&) = delete;
    NetworkSide& operator=(const NetworkSide&) = delete;

    // The xfrm interfaces of the configuration, and no others of ours. What cannot be made is logged, and tried again;
    // what others do to them is undone within a second.
    void configure(std::span<const policy::XfrmInterface> wanted);
    // Routes for the tunnel's remote networks; none where this host has no address in its local ones, for then only
    // others' packets go into it. What cannot be installed is logged: the tunnel works without.
    void tunnel_is_up(ike::ChildSaId child, const netlink::TunnelSpec& spec);
    // Its peer is at another address, and so may be the way to it. Nothing for a tunnel without routes.
    void tunnel_has_moved(ike::ChildSaId child, const base::Address& remote);
    void tunnel_is_down(ike::ChildSaId child);
    // A virtual address, on the device `on`, or where there is none of that name, that by which packets leave to
    // `remote` from `local`. It is none of own_addresses() then. One that an earlier process has left is taken over.
    // Its device's name; errors: those of device_towards() and Network::add_address().
    netlink::KernelResult<std::string> add_virtual_address(const base::Address& address, const base::Address& remote,
                                                           const base::Address& local, const std::string& on = {});
    void remove_virtual_address(const base::Address& address, const std::string& device);
    // Where packets of a tunnel between these addresses leave, and come in if the peer's way is ours.
    netlink::KernelResult<Device> device_towards(const base::Address& remote, const base::Address& local) const;
    // Ours, and no virtual one that an earlier process has left.
    bool is_own(const base::Address& address) const;
    // The router that packets between these addresses go to.
    bool is_router(const base::Address& address, const base::Address& remote, const base::Address& local) const;
    // Virtual addresses that an earlier process has left: their devices.
    std::set<std::string> devices_with_leftovers() const;
    // By its name; empty where the address is not ours.
    std::string interface_with(const base::Address& local) const;
    // Is the local address ours, on a link that works, and may packets to the peer leave from it?
    bool is_path(const base::Address& local, const base::Address& remote) const;
    // Of links that work, other than xfrm interfaces; the best sources first.
    std::vector<base::Address> own_addresses() const;
    void remove_leftover_addresses();
    // Removes routes and virtual addresses of an earlier process that nobody wants any more; routes as far as they can
    // be told from others'.
    void retire();
    // Removes our routes, our rule and our interfaces.
    void clean();

private:
    std::vector<netlink::route::LocalAddress> leftover_addresses() const;
    std::vector<netlink::route::RouteSpec> routes_for(const netlink::TunnelSpec& spec);
    void add_route(const netlink::TunnelSpec& spec, const netlink::Selector& selector,
                   std::vector<netlink::route::RouteSpec>& routes);
    // Where packets to what is behind this peer leave; false where there is no way to it.
    bool lead(netlink::route::RouteSpec& route, const base::Address& peer);
    void want(const netlink::route::RouteSpec& route, ike::ChildSaId child);
    void release(const netlink::route::RouteSpec& route, ike::ChildSaId child);
    void make_rule();
    void mend();
    void complain(std::vector<std::string> failed);
    void repair_routes();
    void wait();
    void take_events();

    Log& log_;
    RouteOptions options_;
    OnAddressGone on_address_gone_;
    std::function<void(std::uint32_t)> on_link_down_ = [](std::uint32_t) {};
    std::function<void()> on_paths_ = [] {};
    std::unique_ptr<netlink::route::Network> network_;
    netlink::route::Routes routes_;
    netlink::route::OwnInterfaces interfaces_;
    std::vector<std::string> complaints_;  // about interfaces, at the last look
    Deadline mend_;
    netlink::route::NetworkEvents events_;
    asio::posix::stream_descriptor descriptor_;
    bool has_rule_ = false;
    std::set<base::Address> virtual_addresses_;
    std::unordered_map<ike::ChildSaId, std::vector<netlink::route::RouteSpec>> of_children_;
};

}  // namespace xfrmd::daemon
