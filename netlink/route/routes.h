// Routes that several children share: each says that it wants one, and the last that lets go has it deleted. What the
// kernel loses in between (somebody deletes it, its interface or source goes) is put back by repair(). Borrows the
// Network, which must live longer. One thread uses an instance.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "netlink/route/network.h"

namespace xfrmd::netlink::route {

// Who wants a route: any number that the caller does not use twice.
enum class RouteOwner : std::uint64_t {};

class Routes {
public:
    explicit Routes(Network& network) : network_(network) {}

    // The kernel has one route for each destination, table and metric: where owners differ in the rest, that of the
    // oldest stands, then that of the next. An owner that wants it again replaces what it wanted before. On an error
    // (Network::add_route's) nothing has changed.
    KernelResult<void> want(const RouteSpec& route, RouteOwner owner);
    // The same where the kernel is known to have exactly this route already, on that interface.
    void adopt(const RouteSpec& route, RouteOwner owner, InterfaceIndex interface);
    // The owner's claim is forgotten whatever happens; the error is that of the change in the kernel. A route that the
    // owner does not want is no error.
    KernelResult<void> release(const RouteSpec& route, RouteOwner owner);

    // Every event, after Network::observe().
    void on_event(const Event& event);
    struct Repaired {
        std::size_t restored = 0;
        std::vector<KernelError> failures;  // those routes are tried again next time
    };
    // Puts back what is known to be lost, as far as its interface is up and its source is there. Call it after a batch
    // of events, not after each; it costs nothing when nothing is lost.
    Repaired repair();
    bool is_complete() const { return lost_.empty(); }

    // Deletes the static routes of the table that nobody wants: what a life before this one left. EINVAL for Linux's
    // own tables. How many there were.
    KernelResult<std::size_t> remove_leftovers(std::uint32_t table = kRouteTable);

    std::size_t size() const { return entries_.size(); }

private:
    struct Claim {
        RouteOwner owner{};
        RouteSpec route;
    };
    struct Entry {
        std::vector<Claim> claims;  // never empty; the first one's route is the kernel's
        RouteState state;           // as it was installed last
    };
    struct Order {
        bool operator()(const RouteId& a, const RouteId& b) const;
    };

    KernelResult<void> replace(const RouteId& id, Entry& entry, const RouteSpec& old, const RouteSpec& route);
    KernelResult<void> replace_first(const RouteId& id, Entry& entry, const RouteSpec& route);
    KernelResult<void> release_first(const RouteId& id, Entry& entry);
    bool can_stand(const RouteSpec& route) const;
    bool has_ipv4(InterfaceIndex interface) const;
    template <typename Which>
    void lose(Which which);

    void on(const AddressAppeared&) {}
    void on(const AddressGone& event);
    void on(const LinkUp&) {}
    void on(const LinkDown& event);
    void on(const LinkGone& event);
    void on(const RouteChanged& event);
    void on(const Overrun& event);

    Network& network_;
    std::map<RouteId, Entry, Order> entries_;
    std::set<RouteId, Order> lost_;
};

}  // namespace xfrmd::netlink::route
