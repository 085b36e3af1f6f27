#include "daemon/network_side.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <utility>
#include <variant>

#include "netlink/route/linux_network.h"

namespace xfrmd::daemon {

namespace {

using netlink::route::LocalAddress;
using netlink::route::RouteOwner;
using netlink::route::RouteSpec;

// After somebody else's hand: late enough to see what he does as one event.
constexpr std::chrono::milliseconds kSoon{200};
// While something cannot be made: trying makes events, too.
constexpr std::chrono::seconds kPause{1};

netlink::route::WantedInterface interface_of(const policy::XfrmInterface& configured) {
    return {{configured.name, configured.if_id, configured.parent, configured.mtu, configured.addrs},
            configured.routes};
}

// The link that went down or away.
const netlink::route::Link* lost_link(const netlink::route::Event& event) {
    if (const auto* down = std::get_if<netlink::route::LinkDown>(&event)) return &down->link;
    const auto* gone = std::get_if<netlink::route::LinkGone>(&event);
    return gone == nullptr ? nullptr : &gone->link;
}

RouteOwner owner_of(ike::ChildSaId child) { return RouteOwner{static_cast<std::uint64_t>(child)}; }

}  // namespace

bool concerns_paths(const netlink::route::Event& event, const RouteOptions& options) {
    const auto* changed = std::get_if<netlink::route::RouteChanged>(&event);
    return changed == nullptr || !options.is_own_table() || changed->route.table != options.table;
}

tl::expected<std::unique_ptr<NetworkSide>, std::string> NetworkSide::open(asio::io_context& io, Log& log,
                                                                          OnAddressGone on_address_gone,
                                                                          const RouteOptions& options) {
    // Events first: then nothing falls between them and the first list.
    auto events = netlink::route::NetworkEvents::open();
    if (!events) return tl::unexpected(events.error().text);
    auto network = netlink::route::LinuxNetwork::open();
    if (!network) return tl::unexpected(network.error().text);
    return std::make_unique<NetworkSide>(io, log, std::move(*network), std::move(*events), std::move(on_address_gone),
                                         options);
}

NetworkSide::NetworkSide(asio::io_context& io, Log& log, std::unique_ptr<netlink::route::Network> network,
                         netlink::route::NetworkEvents events, OnAddressGone on_address_gone,
                         const RouteOptions& options)
    : log_(log),
      options_(options),
      on_address_gone_(std::move(on_address_gone)),
      network_(std::move(network)),
      routes_(*network_),
      interfaces_(*network_, routes_),
      mend_(io, [this] { mend(); }),
      events_(std::move(events)),
      descriptor_(io, events_.fd()) {
    wait();
}

NetworkSide::~NetworkSide() { descriptor_.release(); }  // events_ closes it

void NetworkSide::configure(std::span<const policy::XfrmInterface> configured) {
    std::vector<netlink::route::WantedInterface> wanted;
    std::transform(configured.begin(), configured.end(), std::back_inserter(wanted), interface_of);
    netlink::route::OwnInterfaces::Outcome outcome = interfaces_.update(std::move(wanted));
    for (const std::string& done : outcome.done) log_.info(done);
    complain(std::move(outcome.failed));
}

void NetworkSide::mend() {
    netlink::route::OwnInterfaces::Outcome outcome = interfaces_.mend();
    for (const std::string& done : outcome.done) log_.info("now " + done);
    for (const std::string& undone : outcome.undone) log_.warning("somebody changed it: " + undone);
    complain(std::move(outcome.failed));
    repair_routes();
}

// Once as long as it stays so.
void NetworkSide::complain(std::vector<std::string> failed) {
    for (const std::string& failure : failed) {
        if (std::find(complaints_.begin(), complaints_.end(), failure) == complaints_.end()) log_.error(failure);
    }
    complaints_ = std::move(failed);
    if (!complaints_.empty()) mend_.within(kPause);
}

// strongSwan's rule for its table, made when there is something in it.
void NetworkSide::make_rule() {
    if (has_rule_ || !options_.is_own_table()) return;
    if (const auto made = network_->ensure_rule(options_.rule()); !made)
        return log_.error("routing rule: " + made.error().text);
    has_rule_ = true;
}

// With marks or an interface id, who routes what into the tunnel is the operator's affair, as with strongSwan.
std::vector<RouteSpec> NetworkSide::routes_for(const netlink::TunnelSpec& spec) {
    std::vector<RouteSpec> routes;
    const bool is_plain = spec.policy.if_id_out == 0 && spec.policy.mark_out.mask == 0 && spec.policy.install;
    if (!options_.install || !is_plain || spec.mode == netlink::Mode::transport) return routes;
    for (const netlink::Selector& selector : spec.selectors) add_route(spec, selector, routes);
    return routes;
}

void NetworkSide::add_route(const netlink::TunnelSpec& spec, const netlink::Selector& selector,
                            std::vector<RouteSpec>& routes) {
    const auto own = network_->interfaces().addresses_within(selector.source);
    if (own.empty()) return;
    RouteSpec route;
    route.table = options_.table;
    route.mtu = options_.mtu;
    route.destination = selector.destination;
    route.source = own.front().address;
    if (!lead(route, spec.remote)) return;
    if (std::find(routes.begin(), routes.end(), route) == routes.end()) routes.push_back(std::move(route));
}

bool NetworkSide::lead(RouteSpec& route, const base::Address& peer) {
    const auto way = network_->route_to({peer, std::nullopt});
    if (!way) log_.error("route to " + peer.to_string() + ": " + way.error().text);
    const auto* device = way ? network_->interfaces().by_index(way->interface) : nullptr;
    if (device == nullptr || way->local) return false;
    route.interface = device->name;
    // A peer on the link is the way to what is behind it, also for packets that no policy takes into the tunnel.
    const bool same_family = peer.family() == route.destination.network.family();
    const bool leads_to_itself = !way->next_hop && route.destination.contains(peer);
    route.gateway.reset();
    if (same_family && !leads_to_itself) route.gateway = way->next_hop.value_or(peer);
    return true;
}

void NetworkSide::want(const RouteSpec& route, ike::ChildSaId child) {
    const auto wanted = routes_.want(route, owner_of(child));
    if (!wanted) log_.error("route " + to_string(route) + ": " + wanted.error().text);
}

void NetworkSide::release(const RouteSpec& route, ike::ChildSaId child) {
    const auto released = routes_.release(route, owner_of(child));
    if (!released) log_.error("route " + to_string(route) + ": " + released.error().text);
}

void NetworkSide::tunnel_is_up(ike::ChildSaId child, const netlink::TunnelSpec& spec) {
    std::vector<RouteSpec> routes = routes_for(spec);
    if (routes.empty()) return;
    make_rule();
    for (const RouteSpec& route : routes) want(route, child);
    of_children_[child] = std::move(routes);
}

void NetworkSide::tunnel_has_moved(ike::ChildSaId child, const base::Address& remote) {
    const auto found = of_children_.find(child);
    if (found == of_children_.end()) return;
    // One that was released, because nothing led to its peer, is wanted again wherever that is.
    for (RouteSpec& route : found->second) {
        if (lead(route, remote)) {
            want(route, child);
        } else {
            release(route, child);
        }
    }
}

void NetworkSide::tunnel_is_down(ike::ChildSaId child) {
    const auto routes = of_children_.extract(child);
    if (routes.empty()) return;
    for (const RouteSpec& route : routes.mapped()) release(route, child);
}

netlink::KernelResult<std::string> NetworkSide::add_virtual_address(const base::Address& address,
                                                                    const base::Address& remote,
                                                                    const base::Address& local, const std::string& on) {
    const auto left = leftover_addresses();
    const auto known = std::ranges::find(left, address, &LocalAddress::address);
    const auto* there = known == left.end() ? nullptr : network_->interfaces().by_index(known->interface);
    const auto* named = there != nullptr ? there : network_->interfaces().by_name(on);
    const auto device = named != nullptr ? Device{static_cast<std::uint32_t>(named->index), named->name}
                                         : device_towards(remote, local);
    if (!device) return tl::unexpected<netlink::KernelError>(device.error());
    virtual_addresses_.insert(address);
    const auto added = network_->add_address(device->name, {address, address.bits()});
    if (added) return device->name;
    virtual_addresses_.erase(address);
    return tl::unexpected<netlink::KernelError>(added.error());
}

std::vector<LocalAddress> NetworkSide::leftover_addresses() const {
    std::vector<LocalAddress> left;
    for (const base::Family family : {base::Family::ipv4, base::Family::ipv6}) {
        for (const LocalAddress& one : network_->interfaces().addresses_within({base::Address::any(family), 0})) {
            if (one.ours && !virtual_addresses_.contains(one.address)) left.push_back(one);
        }
    }
    return left;
}

void NetworkSide::remove_leftover_addresses() {
    for (const LocalAddress& one : leftover_addresses()) {
        const auto* link = network_->interfaces().by_index(one.interface);
        if (link != nullptr) remove_virtual_address(one.address, std::string(link->name));
    }
}

std::set<std::string> NetworkSide::devices_with_leftovers() const {
    std::set<std::string> devices;
    for (const LocalAddress& one : leftover_addresses()) {
        const auto* link = network_->interfaces().by_index(one.interface);
        if (link != nullptr) devices.insert(link->name);
    }
    return devices;
}

bool NetworkSide::is_own(const base::Address& address) const {
    const auto left = leftover_addresses();
    return network_->interfaces().address_is_local(address) &&
           std::ranges::find(left, address, &LocalAddress::address) == left.end();
}

bool NetworkSide::is_router(const base::Address& address, const base::Address& remote,
                            const base::Address& local) const {
    const auto way = network_->route_to({remote, local});
    return way && way->next_hop == address;
}

void NetworkSide::remove_virtual_address(const base::Address& address, const std::string& device) {
    const auto removed = network_->delete_address(device, {address, address.bits()});
    if (!removed) log_.error("virtual address " + address.to_string() + ": " + removed.error().text);
    virtual_addresses_.erase(address);
}

netlink::KernelResult<Device> NetworkSide::device_towards(const base::Address& remote,
                                                          const base::Address& local) const {
    const auto way = network_->route_to({remote, local});
    if (!way) return tl::unexpected<netlink::KernelError>(way.error());
    const auto* link = network_->interfaces().by_index(way->interface);
    if (link == nullptr) return netlink::refused(ENODEV);
    return Device{static_cast<std::uint32_t>(link->index), link->name};
}

std::string NetworkSide::interface_with(const base::Address& local) const {
    const auto* link = network_->interfaces().interface_of(local);
    return link == nullptr ? std::string() : link->name;
}

bool NetworkSide::is_path(const base::Address& local, const base::Address& remote) const {
    const auto* link = network_->interfaces().interface_of(local);
    return link != nullptr && link->is_up() && network_->route_to({remote, local}).has_value();
}

std::vector<base::Address> NetworkSide::own_addresses() const {
    std::vector<base::Address> all;
    const auto& interfaces = network_->interfaces();
    for (const base::Family family : {base::Family::ipv4, base::Family::ipv6}) {
        for (const auto& one : interfaces.addresses_within({base::Address::any(family), 0})) {
            const auto* link = interfaces.by_index(one.interface);
            const bool is_virtual = one.ours || virtual_addresses_.contains(one.address);
            if (link != nullptr && link->is_up() && link->kind != "xfrm" && !is_virtual) all.push_back(one.address);
        }
    }
    return all;
}

void NetworkSide::wait() {
    descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const std::error_code& error) {
        if (error) return;  // closed
        take_events();
        wait();
    });
}

void NetworkSide::take_events() {
    const auto events = events_.read().events;
    const auto concerns = [this](const auto& event) { return concerns_paths(event, options_); };
    if (std::any_of(events.begin(), events.end(), concerns)) on_paths_();
    for (const auto& event : events) {
        if (std::holds_alternative<netlink::route::Overrun>(event)) {
            if (const auto read = network_->refresh(); !read) log_.error("addresses and links: " + read.error().text);
        }
        const bool is_news = network_->observe(event);
        const bool concerns_interfaces = is_news || std::holds_alternative<netlink::route::Overrun>(event);
        if (concerns_interfaces && !interfaces_.empty()) mend_.within(complaints_.empty() ? kSoon : kPause);
        routes_.on_event(event);
        const auto* gone = std::get_if<netlink::route::AddressGone>(&event);
        if (gone != nullptr && !network_->interfaces().address_is_local(gone->address.address)) {
            on_address_gone_(gone->address.address);
        }
        const auto* lost = is_news ? lost_link(event) : nullptr;
        if (lost != nullptr) on_link_down_(static_cast<std::uint32_t>(lost->index));
    }
    repair_routes();
}

void NetworkSide::repair_routes() {
    for (const auto& failure : routes_.repair().failures) log_.error("putting back a route: " + failure.text);
}

// Nothing but its table tells a static route of ours from an operator's: 220 is known to be IPsec's, any other one may
// be his, too. There a route that was left stands until a tunnel wants that destination again, and takes its place.
void NetworkSide::retire() {
    remove_leftover_addresses();
    if (options_.table != netlink::route::kRouteTable || !options_.install) return;
    const auto removed = routes_.remove_leftovers(options_.table);
    if (!removed) log_.error("routes that were left: " + removed.error().text);
}

void NetworkSide::clean() {
    descriptor_.cancel();
    on_paths_ = [] {};
    mend_.cancel();
    while (!of_children_.empty()) tunnel_is_down(ike::ChildSaId{of_children_.begin()->first});
    if (const auto removed = network_->remove_rule(options_.rule()); !removed)
        log_.error("routing rule: " + removed.error().text);
    for (const std::string& failed : interfaces_.remove_all()) log_.error(failed);
}

}  // namespace xfrmd::daemon
