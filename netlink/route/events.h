// What rtnetlink tells unasked (RFC 3549 3.1; linux/rtnetlink.h), decoded: values that say how things are now, so an
// event that repeats what is known does no harm. Interfaces::apply() tells whether one was news.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ike/base/address.h"

namespace xfrmd::netlink::route {

// The kernel's number of an interface in this network namespace; 0 is none. One that is deleted and made again gets
// another one.
enum class InterfaceIndex : std::uint32_t {};

struct Link {
    InterfaceIndex index{};
    std::string name;          // 1..15 bytes
    std::uint32_t mtu = 0;     // bytes
    bool switched_on = false;  // IFF_UP, what the administrator wants
    bool running = false;      // IFF_RUNNING: has a carrier, or needs none
    std::string kind;          // "xfrm", "dummy", "veth"; empty for hardware
    std::uint32_t if_id = 0;   // of an xfrm interface, else 0
    // What it sits on: an xfrm interface's device, a veth's other end. 0 is none.
    InterfaceIndex underlying{};
    std::string alias = {};  // a note of whoever made it, up to 255 bytes

    bool is_up() const { return switched_on && running; }
    friend bool operator==(const Link&, const Link&) = default;
};

// An address that this host may use.
struct LocalAddress {
    InterfaceIndex interface{};
    base::Address address;
    unsigned prefix_length = 0;  // 0..32 or 0..128; with a point-to-point address, of the other end's network
    bool deprecated = false;     // RFC 4862 5.5.4: not for anything new
    bool temporary = false;      // RFC 8981: will change
    bool ours = false;           // added by add_address(), of this process or an earlier one
    friend bool operator==(const LocalAddress&, const LocalAddress&) = default;
};

// A route as the kernel has it.
struct RouteState {
    base::Prefix destination;
    std::uint32_t table = 0;
    std::uint32_t metric = 0;
    std::uint8_t protocol = 0;  // who made it: RTPROT_STATIC (4), RTPROT_KERNEL (2), ...
    std::optional<base::Address> source;
    std::optional<base::Address> gateway;
    InterfaceIndex interface{};  // 0 where there are several paths, or none
    friend bool operator==(const RouteState&, const RouteState&) = default;
};

// Usable from now on: an IPv6 address counts only once duplicate address detection is done with it (RFC 4862 5.4).
struct AddressAppeared {
    LocalAddress address;
};
// Removed; or not usable (any longer), because duplicate address detection has it or found a duplicate.
struct AddressGone {
    LocalAddress address;
};
struct LinkUp {
    Link link;
};
// Without a carrier, or switched off: then IPv4 routes over it have gone without an event.
struct LinkDown {
    Link link;
};
struct LinkGone {
    Link link;
};
struct RouteChanged {
    RouteState route;
    bool gone = false;
};
// Events were lost, or cannot be understood: Network::refresh() and Routes::on_event() bring everything up to date.
struct Overrun {};

using Event = std::variant<AddressAppeared, AddressGone, LinkUp, LinkDown, LinkGone, RouteChanged, Overrun>;

}  // namespace xfrmd::netlink::route
