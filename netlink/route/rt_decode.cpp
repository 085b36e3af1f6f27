#include "netlink/route/rt_decode.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <cerrno>

namespace xfrmd::netlink::route {

namespace {

using base::Address;
using base::ByteView;

std::string text_of(ByteView bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) {
        if (byte == 0) break;
        text.push_back(static_cast<char>(byte));
    }
    return text;
}

std::optional<base::Family> family_of(std::uint8_t value) {
    if (value == AF_INET) return base::Family::ipv4;
    if (value == AF_INET6) return base::Family::ipv6;
    return std::nullopt;
}

// nullopt where there is none, or one of another family.
std::optional<Address> address_of(PayloadReader& reader, std::uint16_t type, base::Family family) {
    auto address = Address::from_bytes(reader.attribute(type));
    if (address && address->family() != family) return std::nullopt;
    return address;
}

InterfaceIndex index_of(PayloadReader& reader, std::uint16_t type) {
    return InterfaceIndex{reader.attribute_as<std::uint32_t>(type).value_or(0)};
}

// IFLA_LINKINFO: what kind of interface, and what only that kind has.
void decode_kind(PayloadReader& reader, Link& link) {
    PayloadReader info(reader.attribute(IFLA_LINKINFO));
    link.kind = text_of(info.attribute(IFLA_INFO_KIND));
    if (link.kind != "xfrm") return;
    PayloadReader data(info.attribute(IFLA_INFO_DATA));
    link.if_id = data.attribute_as<std::uint32_t>(IFLA_XFRM_IF_ID).value_or(0);
    link.underlying = index_of(data, IFLA_XFRM_LINK);
}

// RTA_GATEWAY, or RTA_VIA for an IPv4 route over an IPv6 router (RFC 5549).
std::optional<Address> gateway_of(PayloadReader& reader, base::Family family) {
    if (auto gateway = address_of(reader, RTA_GATEWAY, family)) return gateway;
    const ByteView via = reader.attribute(RTA_VIA);
    if (via.size() <= sizeof(rtvia)) return std::nullopt;
    return Address::from_bytes(via.subspan(sizeof(rtvia)));
}

// The eight bits of the header are too few for a table's number.
std::uint32_t table_of(PayloadReader& reader, const rtmsg& header) {
    return reader.attribute_as<std::uint32_t>(RTA_TABLE).value_or(header.rtm_table);
}

// Linux answers for IPv6 with a route that forbids; for IPv4 it refuses at once.
int errno_of_type(std::uint8_t type) {
    switch (type) {
        case RTN_UNICAST:
        case RTN_LOCAL:
        case RTN_MULTICAST:
        case RTN_BROADCAST:
        case RTN_ANYCAST:
            return 0;
        case RTN_PROHIBIT:
            return EACCES;
        case RTN_UNREACHABLE:
            return EHOSTUNREACH;
        default:
            return ENETUNREACH;
    }
}

template <typename Value, typename Make>
std::optional<Event> event_of(const PayloadReader& reader, const std::optional<Value>& value, Make make) {
    if (!reader.ok()) return Overrun{};
    if (!value) return std::nullopt;
    return make(*value);
}

}  // namespace

std::optional<Link> decode_link(PayloadReader& reader) {
    const auto header = reader.fixed<ifinfomsg>();
    // AF_BRIDGE: a bridge tells of its ports, and "deletes" one that leaves it.
    if (header.ifi_family != AF_UNSPEC || header.ifi_index <= 0) return std::nullopt;
    Link link;
    link.index = InterfaceIndex{static_cast<std::uint32_t>(header.ifi_index)};
    link.name = text_of(reader.attribute(IFLA_IFNAME));
    link.mtu = reader.attribute_as<std::uint32_t>(IFLA_MTU).value_or(0);
    link.switched_on = (header.ifi_flags & IFF_UP) != 0;
    link.running = (header.ifi_flags & IFF_RUNNING) != 0;
    link.underlying = index_of(reader, IFLA_LINK);
    link.alias = text_of(reader.attribute(IFLA_IFALIAS));
    decode_kind(reader, link);
    return link;
}

std::optional<AddressMessage> decode_address(PayloadReader& reader) {
    const auto header = reader.fixed<ifaddrmsg>();
    const auto family = family_of(header.ifa_family);
    if (!family || header.ifa_index == 0) return std::nullopt;
    // On a point-to-point link IFA_ADDRESS is the other end's; plain IPv6 addresses have no IFA_LOCAL.
    auto own = address_of(reader, IFA_LOCAL, *family);
    if (!own) own = address_of(reader, IFA_ADDRESS, *family);
    if (!own || header.ifa_prefixlen > own->bits()) return std::nullopt;
    const std::uint32_t flags = reader.attribute_as<std::uint32_t>(IFA_FLAGS).value_or(header.ifa_flags);
    AddressMessage message;
    message.address = {InterfaceIndex{header.ifa_index}, *own, header.ifa_prefixlen, (flags & IFA_F_DEPRECATED) != 0,
                       // For IPv4 the same bit says that another address of this network came first.
                       *family == base::Family::ipv6 && (flags & IFA_F_TEMPORARY) != 0,
                       reader.attribute_as<std::uint8_t>(IFA_PROTO) == kAddressProtocol};
    // RFC 4429: an optimistic address may be used while it is still tentative.
    const bool tentative = (flags & IFA_F_TENTATIVE) != 0 && (flags & IFA_F_OPTIMISTIC) == 0;
    message.usable = !tentative && (flags & IFA_F_DADFAILED) == 0;
    return message;
}

std::optional<RouteState> decode_route(PayloadReader& reader) {
    const auto header = reader.fixed<rtmsg>();
    const auto family = family_of(header.rtm_family);
    if (!family || header.rtm_type != RTN_UNICAST || (header.rtm_flags & RTM_F_CLONED) != 0) return std::nullopt;
    RouteState route;
    route.table = table_of(reader, header);
    if (route.table == RT_TABLE_LOCAL) return std::nullopt;
    route.destination.network = address_of(reader, RTA_DST, *family).value_or(Address::any(*family));
    route.destination.length = header.rtm_dst_len;
    if (header.rtm_dst_len > route.destination.network.bits()) return std::nullopt;
    route.metric = reader.attribute_as<std::uint32_t>(RTA_PRIORITY).value_or(0);
    route.protocol = header.rtm_protocol;
    route.source = address_of(reader, RTA_PREFSRC, *family);
    route.gateway = gateway_of(reader, *family);
    route.interface = index_of(reader, RTA_OIF);
    return route;
}

KernelResult<RouteAnswer> decode_answer(const RouteQuestion& question, const Message& message) {
    PayloadReader reader(message.payload);
    const auto header = reader.fixed<rtmsg>();
    const base::Family family = question.destination.family();
    RouteAnswer answer;
    answer.interface = index_of(reader, RTA_OIF);
    answer.next_hop = gateway_of(reader, family);
    answer.table = table_of(reader, header);
    answer.local = header.rtm_type == RTN_LOCAL;
    const auto source = address_of(reader, RTA_PREFSRC, family);
    // Asked for a source, IPv4 tells none, and IPv6 what it would have taken.
    answer.source = question.source ? *question.source : source.value_or(Address::any(family));
    if (!reader.ok() || family_of(header.rtm_family) != family) return refused(EPROTO, "a malformed route");
    if (const int error = errno_of_type(header.rtm_type); error != 0) {
        return refused(error, "the route to " + question.destination.to_string() + " forbids it");
    }
    return answer;
}

std::optional<Event> decode_event(const Message& message) {
    PayloadReader reader(message.payload);
    switch (message.type) {
        case RTM_NEWLINK:
            return event_of(reader, decode_link(reader), [](const Link& link) {
                return link.is_up() ? Event{LinkUp{link}} : Event{LinkDown{link}};
            });
        case RTM_DELLINK:
            return event_of(reader, decode_link(reader), [](const Link& link) { return Event{LinkGone{link}}; });
        case RTM_NEWADDR:
        case RTM_DELADDR:
            return event_of(reader, decode_address(reader), [&](const AddressMessage& told) {
                const bool here = told.usable && message.type == RTM_NEWADDR;
                return here ? Event{AddressAppeared{told.address}} : Event{AddressGone{told.address}};
            });
        case RTM_NEWROUTE:
        case RTM_DELROUTE:
            return event_of(reader, decode_route(reader), [&](const RouteState& route) {
                return Event{RouteChanged{route, message.type == RTM_DELROUTE}};
            });
        default:
            return std::nullopt;
    }
}

std::vector<Event> decode_events(ByteView datagram) {
    std::vector<Event> events;
    MessageReader reader(datagram);
    while (const auto message = reader.next()) {
        if (auto event = decode_event(*message)) events.push_back(std::move(*event));
    }
    if (!reader.ok()) events.emplace_back(Overrun{});
    return events;
}

}  // namespace xfrmd::netlink::route
