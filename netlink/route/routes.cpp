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
KernelResult<void> Routes::put(const RouteSpec* old, const RouteSpec& route) {
    if (old == nullptr || !is_linux_table(route.table)) return network_.add_route(route);
    if (*old == route) return {};
    auto done = network_.delete_route(*old).and_then([&] { return network_.add_route(route); });
    if (!done) (void)network_.add_route(*old);
    return done;
}

KernelResult<void> Routes::want(const RouteSpec& route, RouteOwner owner) {
    const RouteId id = id_of(route);
    const auto entry = entries_.find(id);
    if (entry == entries_.end()) {
        auto done = put(nullptr, route);
        if (done) entries_[id] = {{owner, route}};
        return done;
    }
    Claims& claims = entry->second;
    const auto claim = std::find_if(claims.begin(), claims.end(), [&](const Claim& c) { return c.owner == owner; });
    if (claim == claims.begin()) return replace_first(id, claims, route);
    if (claim != claims.end()) {
        claim->route = route;
    } else {
        claims.push_back({owner, route});
    }
    return {};
}

KernelResult<void> Routes::replace_first(const RouteId& id, Claims& claims, const RouteSpec& route) {
    if (claims.front().route == route && !lost_.contains(id)) return {};
    auto done = put(lost_.contains(id) ? nullptr : &claims.front().route, route);
    if (!done) return done;
    claims.front().route = route;
    lost_.erase(id);
    return {};
}

KernelResult<void> Routes::release(const RouteSpec& route, RouteOwner owner) {
    const auto entry = entries_.find(id_of(route));
    if (entry == entries_.end()) return {};
    Claims& claims = entry->second;
    const auto claim = std::find_if(claims.begin(), claims.end(), [&](const Claim& c) { return c.owner == owner; });
    if (claim == claims.end()) return {};
    if (claim == claims.begin()) return release_first(entry->first, claims);
    claims.erase(claim);
    return {};
}

KernelResult<void> Routes::release_first(const RouteId& id, Claims& claims) {
    const RouteSpec old = claims.front().route;
    claims.erase(claims.begin());
    if (claims.empty()) {
        const RouteId forgotten = id;  // the reference goes with the entry
        lost_.erase(forgotten);
        entries_.erase(forgotten);
        return network_.delete_route(old);
    }
    if (claims.front().route == old) return {};
    auto done = put(&old, claims.front().route);
    if (done) {
        lost_.erase(id);
    } else {
        lost_.insert(id);
    }
    return done;
}

void Routes::on_event(const Event& event) {
    std::visit([this](const auto& which) { on(which); }, event);
}

template <typename Which>
void Routes::lose(Which which) {
    for (const auto& [id, claims] : entries_) {
        if (which(claims.front().route)) lost_.insert(id);
    }
}

// Routes with this source have gone, or stand without it or in vain, and no event tells.
void Routes::on(const AddressGone& event) {
    lose([&](const RouteSpec& route) { return route.source == event.address.address; });
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
        const RouteSpec& route = entries_.at(*id).front().route;
        if (!can_stand(route)) {
            ++id;
            continue;
        }
        auto done = network_.add_route(route);
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
        const Link* link = network_.interfaces().by_index(left.interface);
        if (left.protocol != kStaticProtocol || link == nullptr || entries_.contains(id_of(left))) continue;
        const RouteSpec route{left.destination, left.table,   left.metric, left.protocol,
                              left.source,      left.gateway, link->name,  0};
        if (auto done = network_.delete_route(route); !done) return tl::unexpected<KernelError>(done.error());
        ++removed;
    }
    return removed;
}

}  // namespace xfrmd::netlink::route
