#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>

#include "netlink/xfrm_messages.h"

namespace xfrmd::netlink {

namespace {

using base::Address;
using std::chrono::seconds;
using std::chrono::sys_seconds;

// nullopt where the family is neither of IP's.
std::optional<Address> decode(const xfrm_address_t& address, std::uint16_t family) {
    if (family != AF_INET && family != AF_INET6) return std::nullopt;
    return Address::from_bytes(bytes_of(address).first(family == AF_INET ? 4 : 16));
}

std::optional<base::Prefix> decode(const xfrm_address_t& address, std::uint8_t length, std::uint16_t family) {
    const auto network = decode(address, family);
    if (!network || length > network->bits()) return std::nullopt;
    return base::Prefix{*network, length};
}

std::optional<Selector> decode(const xfrm_selector& in) {
    const auto source = decode(in.saddr, in.prefixlen_s, in.family);
    const auto destination = decode(in.daddr, in.prefixlen_d, in.family);
    if (!source || !destination) return std::nullopt;
    return Selector{*source, *destination, in.proto, PortMatch{ntohs(in.sport), ntohs(in.sport_mask)},
                    PortMatch{ntohs(in.dport), ntohs(in.dport_mask)}};
}

// Other people's SAs may have a mode we never ask for; all those carry addresses of their own inside.
Mode decode_mode(std::uint8_t mode) { return mode == XFRM_MODE_TRANSPORT ? Mode::transport : Mode::tunnel; }

// nullopt for the directions that stand for policies of sockets.
std::optional<Direction> decode_direction(std::uint8_t direction) {
    switch (direction) {
        case XFRM_POLICY_IN:
            return Direction::in;
        case XFRM_POLICY_OUT:
            return Direction::out;
        case XFRM_POLICY_FWD:
            return Direction::forward;
        default:
            return std::nullopt;
    }
}

sys_seconds decode_time(std::uint64_t unix_seconds) { return sys_seconds(seconds(unix_seconds)); }

tl::unexpected<KernelError> malformed() { return refused(EPROTO, "a malformed netlink answer"); }

void take_template(const xfrm_user_tmpl& in, PolicyState& out) {
    out.reqid = Reqid{in.reqid};
    out.spi = Spi{ntohl(in.id.spi)};
    if (const auto source = decode(in.saddr, in.family)) out.source = *source;
    if (const auto destination = decode(in.id.daddr, in.family)) out.destination = *destination;
}

}  // namespace

KernelResult<std::optional<SaState>> decode_sa(const Message& message) {
    if (message.type != XFRM_MSG_NEWSA) return std::nullopt;
    PayloadReader reader(message.payload);
    const auto in = reader.fixed<xfrm_usersa_info>();
    const auto last_used = reader.attribute_as<std::uint64_t>(XFRMA_LASTUSED);
    if (!reader.ok()) return malformed();
    const auto source = decode(in.saddr, in.family);
    const auto destination = decode(in.id.daddr, in.family);
    if (!source || !destination) return std::nullopt;
    SaState out;
    out.id = {*destination, Spi{ntohl(in.id.spi)}, in.id.proto};
    out.source = *source;
    out.reqid = Reqid{in.reqid};
    out.mode = decode_mode(in.mode);
    out.bytes = in.curlft.bytes;
    out.packets = in.curlft.packets;
    out.added = decode_time(in.curlft.add_time);
    if (last_used) {
        out.used = decode_time(*last_used);
    } else if (in.curlft.use_time != 0) {
        out.used = decode_time(in.curlft.use_time);
    }
    return out;
}

KernelResult<std::optional<PolicyState>> decode_policy(const Message& message) {
    if (message.type != XFRM_MSG_NEWPOLICY) return std::nullopt;
    PayloadReader reader(message.payload);
    const auto in = reader.fixed<xfrm_userpolicy_info>();
    const auto type = reader.attribute_as<xfrm_userpolicy_type>(XFRMA_POLICY_TYPE);
    const auto first_template = reader.attribute_as<xfrm_user_tmpl>(XFRMA_TMPL);
    if (!reader.ok()) return malformed();
    const auto selector = decode(in.sel);
    const auto direction = decode_direction(in.dir);
    if (!selector || !direction || (type && type->type != XFRM_POLICY_TYPE_MAIN)) return std::nullopt;
    PolicyState out;
    out.id = {*direction, *selector};
    out.priority = in.priority;
    if (first_template) take_template(*first_template, out);
    return out;
}

}  // namespace xfrmd::netlink
