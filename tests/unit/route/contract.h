// What every Network has to do. contract_*.cpp hold the cases, written once and linked into two programs: unit_route,
// where make_world() gives a MemoryNetwork, and route_contract, where it gives Linux in a namespace of its own.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "netlink/route/network.h"

namespace xfrmd::netlink::route::test {

inline base::Address address(const char* text) { return base::Address::parse(text).value(); }

// With host bits: "10.1.0.1/24".
inline base::Prefix on_net(const std::string& text) {
    const auto slash = text.find('/');
    const auto own = base::Address::parse(text.substr(0, slash)).value();
    return {own, slash == std::string::npos ? own.bits() : static_cast<unsigned>(std::stoul(text.substr(slash + 1)))};
}

inline base::Prefix prefix(const char* text) { return base::Prefix::parse(text).value(); }

// A host, and what its administrator does behind the Network's back.
class World {
public:
    virtual ~World() = default;
    virtual Network& network() = 0;
    virtual void add_link(const std::string& name) = 0;                                 // a dummy, switched off
    virtual void add_xfrm_interface(const std::string& name, std::uint32_t if_id) = 0;  // somebody else's
    virtual void switch_link(const std::string& name, bool on) = 0;
    virtual void rename_link(const std::string& name, const std::string& new_name) = 0;
    virtual void remove_link(const std::string& name) = 0;
    virtual void add_address(const std::string& interface, const std::string& address) = 0;
    virtual void remove_address(const std::string& interface, const std::string& address) = 0;
    virtual void remove_route(const std::string& destination, std::uint32_t table) = 0;
    // What was told since the last time.
    virtual std::vector<Event> events() = 0;

    // Lets the network know of everything.
    std::vector<Event> observe() {
        auto told = events();
        for (const Event& event : told) network().observe(event);
        return told;
    }
    // eth0 192.0.2.1/24 and 2001:db8::1/64, eth1 10.1.0.1/24 and fd01::1/64, all known; defaults over eth0.
    void make_gateway();
};

// With "lo", which is up, and nothing else.
std::unique_ptr<World> make_world();

inline void World::make_gateway() {
    for (const char* name : {"eth0", "eth1"}) {
        add_link(name);
        switch_link(name, true);
    }
    add_address("eth0", "192.0.2.1/24");
    add_address("eth0", "2001:db8::1/64");
    add_address("eth1", "10.1.0.1/24");
    add_address("eth1", "fd01::1/64");
    observe();
    for (const auto& [to, via] : {std::pair{"0.0.0.0/0", "192.0.2.2"}, std::pair{"::/0", "2001:db8::2"}}) {
        RouteSpec route;
        route.destination = prefix(to);
        route.table = kMainTable;
        route.gateway = address(via);
        route.interface = "eth0";
        const auto done = network().add_route(route);
        if (!done) throw std::runtime_error(done.error().text);
    }
    observe();
}

// The route of a tunnel's inner network, as strongSwan installs it.
inline RouteSpec inner_route(const char* to = "10.2.0.0/24", const char* source = "10.1.0.1",
                             const char* via = "192.0.2.2") {
    RouteSpec route;
    route.destination = prefix(to);
    route.source = address(source);
    route.gateway = address(via);
    route.interface = "eth0";
    return route;
}

// 0 where it went well.
template <typename T>
int errno_of(const KernelResult<T>& result) {
    return result ? 0 : result.error().errno_value;
}

}  // namespace xfrmd::netlink::route::test
