#include "netlink/route/memory_network.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "netlink/route/checks.h"

namespace xfrmd::netlink::route {

namespace {

using base::Address;
using base::Family;

constexpr std::uint32_t kUsualMtu = 1500;

Event state_event(const Link& link) { return link.is_up() ? Event{LinkUp{link}} : Event{LinkDown{link}}; }

}  // namespace

MemoryNetwork::MemoryNetwork() {
    put_link("lo", "");
    switch_link("lo", true);
    put_address("lo", *base::Prefix::parse("127.0.0.1"));
    put_address("lo", *base::Prefix::parse("::1"));
    events_.clear();
    interfaces_ = truth_;
}

void MemoryNetwork::tell(const Event& event) {
    truth_.apply(event);
    events_.push_back(event);
}

std::vector<Event> MemoryNetwork::take_events() { return std::exchange(events_, {}); }

KernelResult<void> MemoryNetwork::changeable() const {
    if (refusal_ != 0) return refused(refusal_, "told to");
    return {};
}

KernelResult<void> MemoryNetwork::refresh() {
    interfaces_ = truth_;
    return {};
}

KernelResult<InterfaceIndex> MemoryNetwork::index_of(const std::string& name) const {
    if (name.empty()) return InterfaceIndex{};
    const Link* link = truth_.by_name(name);
    if (link == nullptr) return no_such_interface(name);
    return link->index;
}

void MemoryNetwork::put_link(const std::string& name, const std::string& kind) {
    put_link({InterfaceIndex{next_index_}, name, kUsualMtu, false, false, kind, 0, {}});
}

void MemoryNetwork::put_xfrm_interface(const std::string& name, std::uint32_t if_id) {
    put_link({InterfaceIndex{next_index_}, name, kUsualMtu, false, false, "xfrm", if_id, {}});
}

void MemoryNetwork::put_link(const Link& link) {
    ++next_index_;
    tell(state_event(link));
}

// As Linux does: switched off, an interface keeps its IPv4 addresses, loses the IPv6 ones, and all routes go.
void MemoryNetwork::switch_link(const std::string& name, bool on) {
    const Link* found = truth_.by_name(name);
    if (found == nullptr || found->switched_on == on) return;
    Link link = *found;
    link.switched_on = link.running = on;
    tell(state_event(link));
    if (on) return;
    for (const LocalAddress& address : truth_.addresses_of(link.index)) {
        if (address.address.is_v6()) forget_address(address);
    }
    forget_routes([&](const RouteState& route) { return route.interface == link.index; }, false);
}

void MemoryNetwork::rename_link(const std::string& name, const std::string& new_name) {
    const Link* found = truth_.by_name(name);
    if (found == nullptr) return;
    Link link = *found;
    link.name = new_name;
    tell(state_event(link));
}

void MemoryNetwork::remove_link(const std::string& name) {
    const Link* found = truth_.by_name(name);
    if (found == nullptr) return;
    const Link link = *found;
    switch_link(name, false);
    for (const LocalAddress& address : truth_.addresses_of(link.index)) forget_address(address);
    tell(LinkGone{link});
}

void MemoryNetwork::put_address(const std::string& interface, const base::Prefix& address, bool ours) {
    if (const Link* link = truth_.by_name(interface)) {
        tell(AddressAppeared{{link->index, address.network, address.length, false, false, ours}});
    }
}

void MemoryNetwork::take_address(const std::string& interface, const base::Prefix& address) {
    if (const Link* link = truth_.by_name(interface)) {
        forget_address({link->index, address.network, address.length, false, false});
    }
}

// Of routes whose source it was, those of the main table go, without a word. In other tables IPv4 ones keep it, and
// IPv6 ones lose it. With an interface's last IPv4 address all its IPv4 routes go, without a word as well.
void MemoryNetwork::forget_address(const LocalAddress& address) {
    tell(AddressGone{address});
    const auto left = truth_.addresses_of(address.interface);
    if (!address.address.is_v6() &&
        std::all_of(left.begin(), left.end(), [](const auto& a) { return a.address.is_v6(); })) {
        forget_routes(
            [&](const RouteState& route) {
                return route.interface == address.interface && !route.destination.network.is_v6();
            },
            false);
    }
    if (truth_.address_is_local(address.address)) return;
    for (RouteState& route : routes_) {
        if (address.address.is_v6() && route.source == address.address) route.source.reset();
    }
    forget_routes([&](const RouteState& route) { return route.source == address.address && route.table == kMainTable; },
                  false);
}

void MemoryNetwork::remove_route(const RouteId& id) {
    forget_routes([&](const RouteState& route) { return id_of(route) == id; }, true);
}

template <typename Which>
void MemoryNetwork::forget_routes(Which which, bool told) {
    const auto first = std::stable_partition(routes_.begin(), routes_.end(), [&](const auto& r) { return !which(r); });
    for (auto route = first; told && route != routes_.end(); ++route) events_.emplace_back(RouteChanged{*route, true});
    routes_.erase(first, routes_.end());
}

KernelResult<RouteState> MemoryNetwork::add_route(const RouteSpec& route) {
    const auto good = check(route).and_then([&] { return changeable(); }).and_then([&] { return check_way(route); });
    if (!good) return tl::unexpected<KernelError>(good.error());
    const RouteState state = state_of(route, *index_of(route.interface));
    const auto same = [&](const RouteState& other) { return id_of(other) == id_of(state); };
    const bool exists = std::any_of(routes_.begin(), routes_.end(), same);
    if (exists && is_linux_table(route.table)) return refused(EEXIST, "adding the route " + to_string(route));
    forget_routes(same, false);
    routes_.push_back(state);
    events_.emplace_back(RouteChanged{state, false});
    return state;
}

KernelResult<void> MemoryNetwork::check_way(const RouteSpec& route) const {
    const auto index = index_of(route.interface);
    if (!index) return tl::unexpected<KernelError>(index.error());
    const Link* link = truth_.by_index(*index);
    if (link == nullptr) return no_such_interface(route.interface);
    if (!link->switched_on) return refused(ENETDOWN, route.interface + " is switched off");
    if (route.source && !truth_.address_is_local(*route.source)) return refused(EINVAL, "the source is not ours");
    if (route.gateway && !is_on_link(*route.gateway, *index)) return refused(ENETUNREACH, "the gateway is not there");
    return {};
}

bool MemoryNetwork::is_on_link(const Address& address, InterfaceIndex interface) const {
    const auto addresses = truth_.addresses_of(interface);
    return is_link_local(address) || std::any_of(addresses.begin(), addresses.end(), [&](const LocalAddress& own) {
               return base::Prefix{own.address.network(own.prefix_length), own.prefix_length}.contains(address);
           });
}

KernelResult<void> MemoryNetwork::delete_route(const RouteState& route) {
    if (auto good = changeable(); !good) return good;
    forget_routes([&](const RouteState& other) { return other == route; }, true);
    return {};
}

KernelResult<std::vector<RouteState>> MemoryNetwork::list_routes(std::uint32_t table) {
    if (table == 0 || is_linux_table(table)) return refused(EINVAL, "only tables of our own are listed");
    std::vector<RouteState> found;
    std::copy_if(routes_.begin(), routes_.end(), std::back_inserter(found),
                 [table](const RouteState& route) { return route.table == table; });
    return found;
}

KernelResult<void> MemoryNetwork::ensure_rule(const RuleSpec& rule) {
    if (auto good = changeable(); !good) return good;
    if (!has_rule(rule)) rules_.push_back(rule);
    return {};
}

KernelResult<void> MemoryNetwork::remove_rule(const RuleSpec& rule) {
    if (auto good = changeable(); !good) return good;
    std::erase(rules_, rule);
    return {};
}

bool MemoryNetwork::has_rule(const RuleSpec& rule) const {
    return std::find(rules_.begin(), rules_.end(), rule) != rules_.end();
}

KernelResult<XfrmInterface> MemoryNetwork::create_xfrm_interface(const XfrmInterfaceSpec& spec) {
    if (auto good = check(spec).and_then([&] { return changeable(); }); !good) {
        return tl::unexpected<KernelError>(good.error());
    }
    const auto underlying = index_of(spec.underlying);
    if (!underlying) return tl::unexpected<KernelError>(underlying.error());
    const Link* there = truth_.by_name(spec.name);
    const bool adopted = there != nullptr;
    if (adopted) {
        if (auto fits = check_adoption(*there, spec, *underlying); !fits)
            return tl::unexpected<KernelError>(fits.error());
    } else {
        for (const auto& [index, link] : truth_.links()) {
            if (link.kind == "xfrm" && link.if_id == spec.if_id) return if_id_is_taken(spec);
        }
        put_link({InterfaceIndex{next_index_}, spec.name, kUsualMtu, false, false, "xfrm", spec.if_id, *underlying});
    }
    Link link = *truth_.by_name(spec.name);
    link.alias = kOwnAlias;
    if (spec.mtu != 0) link.mtu = spec.mtu;
    link.switched_on = link.running = true;
    tell(state_event(link));
    for (const base::Prefix& address : spec.addresses) put_address(spec.name, address);
    interfaces_ = truth_;
    return XfrmInterface{link.index, adopted};
}

KernelResult<void> MemoryNetwork::delete_xfrm_interface(const std::string& name) {
    if (auto good = changeable(); !good) return good;
    const Link* link = truth_.by_name(name);
    if (link == nullptr) return {};
    if (auto ours = check_is_ours(*link); !ours) return ours;
    remove_link(name);
    interfaces_ = truth_;
    return {};
}

KernelResult<void> MemoryNetwork::add_address(const std::string& interface, const base::Prefix& address) {
    if (auto good = check_address(address).and_then([&] { return changeable(); }); !good) return good;
    const Link* link = truth_.by_name(interface);
    if (link == nullptr) return no_such_interface(interface);
    if (!truth_.has_address(link->index, address)) put_address(interface, address, true);
    interfaces_ = truth_;
    return {};
}

KernelResult<void> MemoryNetwork::delete_address(const std::string& interface, const base::Prefix& address) {
    if (auto good = check_address(address).and_then([&] { return changeable(); }); !good) return good;
    take_address(interface, address);
    interfaces_ = truth_;
    return {};
}

}  // namespace xfrmd::netlink::route
