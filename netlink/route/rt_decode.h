// rtnetlink's messages (linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h) become values. Pure: any bytes may come
// in. nullopt is a message about something else, such as a bridge's port or a multicast route; reader.ok() is false
// after one that contradicts itself.
#pragma once

#include <optional>
#include <vector>

#include "netlink/codec.h"
#include "netlink/route/network.h"

namespace xfrmd::netlink::route {

// RTM_NEWLINK, RTM_DELLINK.
std::optional<Link> decode_link(PayloadReader& reader);

// RTM_NEWADDR, RTM_DELADDR.
struct AddressMessage {
    LocalAddress address;
    bool usable = false;  // not while duplicate address detection has it (RFC 4862 5.4)
};
std::optional<AddressMessage> decode_address(PayloadReader& reader);

// RTM_NEWROUTE, RTM_DELROUTE of a unicast route; not of the table of local addresses, nor of the cache.
std::optional<RouteState> decode_route(PayloadReader& reader);

// RTM_NEWROUTE as the answer to RTM_GETROUTE. Errors: EHOSTUNREACH, EACCES, ENETUNREACH for a route that forbids;
// EPROTO where the answer makes no sense.
KernelResult<RouteAnswer> decode_answer(const RouteQuestion& question, const Message& message);

// One message of a dump or a notice; nullopt where it is about something else. Overrun where it is malformed.
std::optional<Event> decode_event(const Message& message);
// All of one datagram; ends with Overrun where the rest cannot be read.
std::vector<Event> decode_events(base::ByteView datagram);

}  // namespace xfrmd::netlink::route
