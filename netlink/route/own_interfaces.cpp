#include "netlink/route/own_interfaces.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "netlink/route/checks.h"

namespace xfrmd::netlink::route {

namespace {

// All of them want each route once, so one owner is enough; children's numbers never get there.
constexpr RouteOwner kOwner{~std::uint64_t{0}};

RouteSpec route_through(const std::string& interface, const base::Prefix& destination) {
    RouteSpec route;
    route.destination = destination;
    route.table = kMainTable;
    route.interface = interface;
    return route;
}

// An address that a route to the whole network is for, and seldom a narrower one: the first of 0.0.0.0/1 means nothing.
base::Address middle_of(const base::Prefix& network) {
    base::Bytes bytes(network.network.bytes().begin(), network.network.bytes().end());
    if (network.length < network.network.bits())
        bytes[network.length / 8] |= std::uint8_t(0x80U >> (network.length % 8));
    return base::Address::from_bytes(bytes).value_or(network.network);
}

// An MTU that is the kernel's choice again is had from a new one only.
bool needs_a_new_one(const XfrmInterfaceSpec& before, const XfrmInterfaceSpec& now) {
    return before.if_id != now.if_id || before.underlying != now.underlying || (before.mtu != 0 && now.mtu == 0);
}

std::string about(const std::string& name, const KernelError& error) { return "interface " + name + ": " + error.text; }

}  // namespace

OwnInterfaces::Outcome OwnInterfaces::update(std::vector<WantedInterface> wanted) {
    const auto before = std::exchange(wanted_, {});
    awaited_.clear();
    for (WantedInterface& one : wanted) {
        std::string name = one.spec.name;
        awaited_.insert(name);
        wanted_.emplace(std::move(name), std::move(one));
    }
    Outcome outcome;
    for (const auto& [name, old] : before) {
        const auto now = wanted_.find(name);
        const bool stays = now != wanted_.end() && !needs_a_new_one(old.spec, now->second.spec);
        release_routes(old, stays ? now->second.routes : std::vector<base::Prefix>());
        if (stays || our_link(name) == nullptr) continue;
        if (auto gone = network_.delete_xfrm_interface(name); !gone)
            outcome.failed.push_back(about(name, gone.error()));
    }
    remove_others(outcome.failed);
    for (const auto& [name, now] : wanted_) {
        const auto old = before.find(name);
        if (old == before.end() || old->second != now) remove_further_addresses(now.spec, outcome.failed);
        mend(now, outcome);
    }
    return outcome;
}

OwnInterfaces::Outcome OwnInterfaces::mend() {
    Outcome outcome;
    remove_others(outcome.failed);  // one that was renamed holds the if_id
    for (const auto& [name, wanted] : wanted_) mend(wanted, outcome);
    return outcome;
}

std::vector<std::string> OwnInterfaces::remove_all() {
    for (const auto& [name, wanted] : std::exchange(wanted_, {})) release_routes(wanted, {});
    std::vector<std::string> failed;
    remove_others(failed);
    return failed;
}

void OwnInterfaces::remove_others(std::vector<std::string>& failed) {
    std::vector<std::string> others;
    for (const auto& [index, link] : network_.interfaces().links()) {
        if (is_ours(link) && !wanted_.contains(link.name)) others.push_back(link.name);
    }
    for (const std::string& name : others) {
        if (auto gone = network_.delete_xfrm_interface(name); !gone) failed.push_back(about(name, gone.error()));
    }
}

// They go with their interface where they cannot be deleted.
void OwnInterfaces::release_routes(const WantedInterface& wanted, const std::vector<base::Prefix>& but) {
    for (const base::Prefix& route : wanted.routes) {
        if (std::find(but.begin(), but.end(), route) != but.end()) continue;
        (void)routes_.release(route_through(wanted.spec.name, route), kOwner);
    }
}

void OwnInterfaces::remove_further_addresses(const XfrmInterfaceSpec& spec, std::vector<std::string>& failed) {
    const Link* link = our_link(spec.name);
    if (link == nullptr) return;
    for (const LocalAddress& has : network_.interfaces().addresses_of(link->index)) {
        const base::Prefix address{has.address, has.prefix_length};
        const bool wanted = std::find(spec.addresses.begin(), spec.addresses.end(), address) != spec.addresses.end();
        if (wanted || is_link_local(has.address)) continue;
        auto gone = network_.delete_address(spec.name, address);
        if (!gone) failed.push_back(about(spec.name, gone.error()));
    }
}

void OwnInterfaces::mend(const WantedInterface& wanted, Outcome& outcome) {
    const std::string& name = wanted.spec.name;
    if (!stands(wanted.spec)) {
        const auto made = make(wanted.spec);
        if (!made) return outcome.failed.push_back(about(name, made.error()));
        auto& list = awaited_.contains(name) ? outcome.done : outcome.undone;
        list.push_back("interface " + name + (made->adopted ? " was there and is as it should be" : " was made"));
    }
    awaited_.erase(name);
    for (const base::Prefix& destination : wanted.routes) {
        const auto put = put_route(route_through(name, destination));
        if (!put) outcome.failed.push_back(about(name, put.error()));
    }
}

// One of ours that is on another device, or whose if_id somebody changed, cannot be brought in line.
KernelResult<XfrmInterface> OwnInterfaces::make(const XfrmInterfaceSpec& spec) {
    auto made = network_.create_xfrm_interface(spec);
    if (made || made.error().errno_value != EEXIST || network_.interfaces().by_name(spec.name) == nullptr) return made;
    if (!network_.delete_xfrm_interface(spec.name)) return made;
    return network_.create_xfrm_interface(spec);
}

// The main table takes nothing twice; what an interface of ours had before this process is ours, and stays in place.
KernelResult<void> OwnInterfaces::put_route(const RouteSpec& route) {
    auto put = routes_.want(route, kOwner);
    if (put || put.error().errno_value != EEXIST) return put;
    const auto way = network_.route_to({middle_of(route.destination), std::nullopt});
    const Link* link = network_.interfaces().by_name(route.interface);
    if (!way || link == nullptr || way->interface != link->index) return put;
    routes_.adopt(route, kOwner, link->index);
    return {};
}

const Link* OwnInterfaces::our_link(const std::string& name) const {
    const Link* link = network_.interfaces().by_name(name);
    return link != nullptr && is_ours(*link) ? link : nullptr;
}

bool OwnInterfaces::stands(const XfrmInterfaceSpec& spec) const {
    const Interfaces& known = network_.interfaces();
    const Link* link = our_link(spec.name);
    if (link == nullptr || !link->switched_on || link->if_id != spec.if_id) return false;
    if (spec.mtu != 0 && link->mtu != spec.mtu) return false;
    const Link* device = known.by_name(spec.underlying);
    if (link->underlying != (device == nullptr ? InterfaceIndex{} : device->index)) return false;
    return std::all_of(spec.addresses.begin(), spec.addresses.end(),
                       [&](const base::Prefix& address) { return known.has_address(link->index, address); });
}

}  // namespace xfrmd::netlink::route
