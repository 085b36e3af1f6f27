// This host's interfaces and addresses, as the kernel last told: a cache that Network::refresh() fills by a dump and
// events keep true (netlink/route/events.h). Pure values, no socket. One thread uses an instance.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/address.h"
#include "netlink/route/events.h"

namespace xfrmd::netlink::route {

class Interfaces {
public:
    // True where the event told something new about a link or an address. Events that repeat what is known, and those
    // about routes, are nothing new here.
    bool apply(const Event& event);
    void clear();

    // nullptr where there is none; good until the next change.
    const Link* by_index(InterfaceIndex index) const;
    const Link* by_name(std::string_view name) const;
    // Ready to carry packets: switched on and with a carrier. False for one that does not exist.
    bool is_up(std::string_view name) const;

    // Addresses of interfaces that are switched off do not count: the kernel neither answers nor sends from them. Nor
    // does the rest of 127.0.0.0/8, which no interface lists.
    bool address_is_local(const base::Address& address) const { return interface_of(address) != nullptr; }
    // The interface with the lowest index where several have it.
    const Link* interface_of(const base::Address& address) const;
    // Own addresses in `prefix`, the best source first: neither deprecated nor temporary before deprecated or
    // temporary ones (RFC 6724 5, rules 3 and 7 the way a server wants it), then in numerical order.
    std::vector<LocalAddress> addresses_within(const base::Prefix& prefix) const;
    std::vector<LocalAddress> addresses_of(InterfaceIndex index) const;
    // `address` with its host bits; nothing of it is looked at but whether it is there.
    bool has_address(InterfaceIndex index, const base::Prefix& address) const {
        return addresses_.contains({address.network, index, address.length});
    }

    const std::map<InterfaceIndex, Link>& links() const { return links_; }

private:
    // The same address may be on several interfaces, and on one with several prefix lengths.
    struct AddressKey {
        base::Address address;
        InterfaceIndex interface{};
        unsigned prefix_length = 0;
        friend auto operator<=>(const AddressKey&, const AddressKey&) = default;
    };
    static AddressKey key_of(const LocalAddress& address);

    bool learn(const AddressAppeared& event);
    bool learn(const AddressGone& event);
    bool learn(const LinkUp& event) { return learn(event.link); }
    bool learn(const LinkDown& event) { return learn(event.link); }
    bool learn(const LinkGone& event);
    bool learn(const RouteChanged&) { return false; }
    bool learn(const Overrun&) { return false; }
    bool learn(const Link& link);
    void forget_name(const Link& link);
    bool is_switched_on(InterfaceIndex index) const;

    std::map<InterfaceIndex, Link> links_;
    std::map<std::string, InterfaceIndex, std::less<>> names_;
    std::map<AddressKey, LocalAddress> addresses_;
};

}  // namespace xfrmd::netlink::route
