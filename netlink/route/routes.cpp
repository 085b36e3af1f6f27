#include "netlink/route/routes.h"

#include <algorithm>
#include <cerrno>
#include <tuple>

#include "netlink/route/checks.h"

namespace xfrmd::netlink::route {

bool Routes::Order::operator()(const RouteId& a, const RouteId& b) const {
    return std::tie(a.table, a.destination.network, a.destination.length, a.metric) <
           std::tie(b.table, b.destination.network, b.destination.length, b.metric);
}

// In a table of our own the kernel replaces without a gap; in Linux's own it replaces nothing.
KernelResult<void> Routes::replace(const RouteId& id, Entry& entry, const RouteSpec& old, const RouteSpec& route) {
    const bool must_delete = is_linux_table(route.table) && !lost_.contains(id);
    if (must_delete) {
        if (auto deleted = network_.delete_route(entry.state); !deleted) return deleted;
    }
    auto added = network_.add_route(route);
    if (!added && must_delete && !network_.add_route(old)) lost_.insert(id);
    if (!added) return tl::unexpected<KernelError>(added.error());
    entry.state = *added;
    lost_.erase(id);
    return {};
}

KernelResult<void> Routes::want(const RouteSpec& route, RouteOwner owner) {
    const RouteId id = id_of(route);
    const auto found = entries_.find(id);
    if (found == entries_.end()) {
        return network_.add_route(route).map(
            [&](const RouteState& state) { entries_[id] = {{{owner, route}}, state}; });
    }
    auto& claims = found->second.claims;
    const auto claim = std::find_if(claims.begin(), claims.end(), [&](const Claim& c) { return c.owner == owner; });
    if (claim == claims.begin()) return replace_first(id, found->second, route);
    if (claim != claims.end()) {
        claim->route = route;
    } else {
        claims.push_back({owner, route});
    }
    return {};
}

void Routes::adopt(const RouteSpec& route, RouteOwner owner, InterfaceIndex interface) {
    const RouteId id = id_of(route);
    const auto [entry, is_new] = entries_.try_emplace(id);
    if (is_new) entry->second.claims.push_back({owner, route});
    entry->second.state = state_of(route, interface);
    lost_.erase(id);
}

KernelResult<void> Routes::replace_first(const RouteId& id, Entry& entry, const RouteSpec& route) {
    Claim& first = entry.claims.front();
    if (first.route == route && !lost_.contains(id)) return {};
    auto done = replace(id, entry, first.route, route);
    if (done) first.route = route;
    return done;
}

KernelResult<void> Routes::release(const RouteSpec& route, RouteOwner owner) {
    const auto found = entries_.find(id_of(route));
    if (found == entries_.end()) return {};
    auto& claims = found->second.claims;
    const auto claim = std::find_if(claims.begin(), claims.end(), [&](const Claim& c) { return c.owner == owner; });
    if (claim == claims.end()) return {};
    if (claim == claims.begin()) return release_first(id_of(route), found->second);
    claims.erase(claim);
    return {};
}

KernelResult<void> Routes::release_first(const RouteId& id, Entry& entry) {
    const RouteSpec old = entry.claims.front().route;
    entry.claims.erase(entry.claims.begin());
    if (entry.claims.empty()) {
        const RouteState state = entry.state;
        lost_.erase(id);
        entries_.erase(id);
        return network_.delete_route(state);
    }
    if (entry.claims.front().route == old) return {};
    auto done = replace(id, entry, old, entry.claims.front().route);
    if (!done) lost_.insert(id);
    return done;
}

void Routes::on_event(const Event& event) {
    std::visit([this](const auto& which) { on(which); }, event);
}

template <typename Which>
void Routes::lose(Which which) {
    for (const auto& [id, entry] : entries_) {
        if (which(entry.claims.front().route)) lost_.insert(id);
    }
}

// Routes with this source have gone, or stand without it or in vain, and no event tells; nor of the IPv4 ones over an
// interface that has lost its last IPv4 address.
void Routes::on(const AddressGone& event) {
    const Link* link = network_.interfaces().by_index(event.address.interface);
    const bool has_lost_ipv4 = link != nullptr && !event.address.address.is_v6() && !has_ipv4(link->index);
    lose([&](const RouteSpec& route) {
        const bool is_over_it = has_lost_ipv4 && route.interface == link->name && !route.destination.network.is_v6();
        return is_over_it || route.source == event.address.address;
    });
}

bool Routes::has_ipv4(InterfaceIndex interface) const {
    const auto addresses = network_.interfaces().addresses_of(interface);
    return std::any_of(addresses.begin(), addresses.end(), [](const auto& own) { return !own.address.is_v6(); });
}

// Switched off, it has lost its IPv4 routes without an event.
void Routes::on(const LinkDown& event) {
    lose([&](const RouteSpec& route) { return route.interface == event.link.name; });
}

void Routes::on(const LinkGone& event) {
    lose([&](const RouteSpec& route) { return route.interface == event.link.name; });
}

void Routes::on(const RouteChanged& event) {
    const RouteId id = id_of(event.route);
    if (event.gone && entries_.contains(id)) lost_.insert(id);
}

void Routes::on(const Overrun&) {
    lose([](const RouteSpec&) { return true; });
}

bool Routes::can_stand(const RouteSpec& route) const {
    const Interfaces& known = network_.interfaces();
    return known.is_up(route.interface) && (!route.source || known.address_is_local(*route.source));
}

Routes::Repaired Routes::repair() {
    Repaired repaired;
    for (auto id = lost_.begin(); id != lost_.end();) {
        Entry& entry = entries_.at(*id);
        const RouteSpec& route = entry.claims.front().route;
        if (!can_stand(route)) {
            ++id;
            continue;
        }
        auto done = network_.add_route(route);
        if (done) entry.state = *done;
        // In Linux's own tables it may have been there all the time.
        if (done || done.error().errno_value == EEXIST) {
            ++repaired.restored;
            id = lost_.erase(id);
        } else {
            repaired.failures.push_back(std::move(done.error()));
            ++id;
        }
    }
    return repaired;
}

KernelResult<std::size_t> Routes::remove_leftovers(std::uint32_t table) {
    const auto listed = network_.list_routes(table);
    if (!listed) return tl::unexpected<KernelError>(listed.error());
    std::size_t removed = 0;
    for (const RouteState& left : *listed) {
        if (left.protocol != kStaticProtocol || entries_.contains(id_of(left))) continue;
        if (auto done = network_.delete_route(left); !done) return tl::unexpected<KernelError>(done.error());
        ++removed;
    }
    return removed;
}

}  // namespace xfrmd::netlink::route
