#include "netlink/xfrm_fields.h"

#include <arpa/inet.h>

#include <algorithm>

namespace xfrmd::netlink {

namespace {

using base::Address;
using std::chrono::seconds;

// 0 would be a limit that is reached at once.
std::uint64_t encode_limit(std::uint64_t limit) { return limit != 0 ? limit : XFRM_INF; }
std::uint64_t decode_limit(std::uint64_t limit) { return limit != XFRM_INF ? limit : 0; }
std::uint64_t encode_seconds(seconds limit) { return static_cast<std::uint64_t>(limit.count()); }

std::optional<base::Prefix> decode(const xfrm_address_t& address, std::uint8_t length, std::uint16_t family) {
    const auto network = netlink::decode(address, family);
    if (!network || length > network->bits()) return std::nullopt;
    return base::Prefix{*network, length};
}

Template decode(const xfrm_user_tmpl& in) {
    Template out;
    out.mode = decode_mode(in.mode);
    out.protocol = in.id.proto;
    out.reqid = Reqid{in.reqid};
    out.spi = Spi{ntohl(in.id.spi)};
    out.optional = in.optional != 0;
    if (const auto source = netlink::decode(in.saddr, in.family)) out.source = *source;
    if (const auto destination = netlink::decode(in.id.daddr, in.family)) out.destination = *destination;
    return out;
}

}  // namespace

std::uint16_t family_of(const Address& address) { return address.is_v6() ? AF_INET6 : AF_INET; }

xfrm_address_t encode(const Address& address) {
    xfrm_address_t out{};
    std::copy(address.bytes().begin(), address.bytes().end(), reinterpret_cast<std::uint8_t*>(&out));
    return out;
}

std::uint8_t encode(Mode mode) {
    switch (mode) {
        case Mode::transport:
            return XFRM_MODE_TRANSPORT;
        case Mode::beet:
            return XFRM_MODE_BEET;
        case Mode::iptfs:
            return kModeIptfs;
        case Mode::tunnel:
            break;
    }
    return XFRM_MODE_TUNNEL;
}

static_assert(static_cast<int>(Direction::in) == XFRM_POLICY_IN);
static_assert(static_cast<int>(Direction::out) == XFRM_POLICY_OUT);
static_assert(static_cast<int>(Direction::forward) == XFRM_POLICY_FWD);
std::uint8_t encode(Direction direction) { return static_cast<std::uint8_t>(direction); }

void fill(xfrm_id& out, const SaId& id) {
    out.daddr = encode(id.destination);
    out.spi = htonl(static_cast<std::uint32_t>(id.spi));
    out.proto = id.protocol;
}

void fill(xfrm_selector& out, const Selector& given) {
    const Selector selector = canonical(given);  // the kernel compares host bits as well
    out.family = family_of(selector.source.network);
    out.saddr = encode(selector.source.network);
    out.daddr = encode(selector.destination.network);
    out.prefixlen_s = static_cast<std::uint8_t>(selector.source.length);
    out.prefixlen_d = static_cast<std::uint8_t>(selector.destination.length);
    out.proto = selector.protocol;
    out.sport = htons(selector.source_port.value);
    out.sport_mask = htons(selector.source_port.mask);
    out.dport = htons(selector.destination_port.value);
    out.dport_mask = htons(selector.destination_port.mask);
    out.ifindex = static_cast<int>(selector.interface);
}

void fill(xfrm_lifetime_cfg& out, const Lifetime& lifetime) {
    out.soft_byte_limit = encode_limit(lifetime.soft.bytes);
    out.hard_byte_limit = encode_limit(lifetime.hard.bytes);
    out.soft_packet_limit = encode_limit(lifetime.soft.packets);
    out.hard_packet_limit = encode_limit(lifetime.hard.packets);
    out.soft_add_expires_seconds = encode_seconds(lifetime.soft.since_added);
    out.hard_add_expires_seconds = encode_seconds(lifetime.hard.since_added);
    out.soft_use_expires_seconds = encode_seconds(lifetime.soft.since_used);
    out.hard_use_expires_seconds = encode_seconds(lifetime.hard.since_used);
}

void put_number(std::uint16_t type, std::uint32_t number, MessageBatch& batch) {
    batch.attribute(type, bytes_of(number));
}

void put_mark(const Mark& mark, MessageBatch& batch) {
    if (mark.mask != 0) batch.attribute(XFRMA_MARK, bytes_of(xfrm_mark{mark.value, mark.mask}));
}

void put_if_id(std::uint32_t if_id, MessageBatch& batch) {
    if (if_id != 0) put_number(XFRMA_IF_ID, if_id, batch);
}

std::optional<Address> decode(const xfrm_address_t& address, std::uint16_t family) {
    if (family != AF_INET && family != AF_INET6) return std::nullopt;
    return Address::from_bytes(bytes_of(address).first(family == AF_INET ? 4 : 16));
}

std::optional<Selector> decode(const xfrm_selector& in) {
    const auto source = decode(in.saddr, in.prefixlen_s, in.family);
    const auto destination = decode(in.daddr, in.prefixlen_d, in.family);
    if (!source || !destination) return std::nullopt;
    return Selector{*source,
                    *destination,
                    in.proto,
                    PortMatch{ntohs(in.sport), ntohs(in.sport_mask)},
                    PortMatch{ntohs(in.dport), ntohs(in.dport_mask)},
                    static_cast<std::uint32_t>(in.ifindex)};
}

Lifetime decode(const xfrm_lifetime_cfg& in) {
    // What is too long for a duration is as good as unlimited.
    const auto time = [](std::uint64_t limit) {
        return limit <= UINT32_MAX ? seconds(static_cast<seconds::rep>(limit)) : seconds{};
    };
    return {{decode_limit(in.soft_byte_limit), decode_limit(in.soft_packet_limit), time(in.soft_add_expires_seconds),
             time(in.soft_use_expires_seconds)},
            {decode_limit(in.hard_byte_limit), decode_limit(in.hard_packet_limit), time(in.hard_add_expires_seconds),
             time(in.hard_use_expires_seconds)}};
}

// Other people's SAs may have a mode we never ask for; all those carry addresses of their own inside.
Mode decode_mode(std::uint8_t mode) {
    switch (mode) {
        case XFRM_MODE_TRANSPORT:
            return Mode::transport;
        case XFRM_MODE_BEET:
            return Mode::beet;
        case kModeIptfs:
            return Mode::iptfs;
        default:
            return Mode::tunnel;
    }
}

std::optional<Direction> decode_direction(std::uint8_t direction) {
    if (direction > static_cast<std::uint8_t>(Direction::forward)) return std::nullopt;
    return Direction{direction};
}

std::chrono::sys_seconds decode_time(std::uint64_t unix_seconds) {
    return std::chrono::sys_seconds(seconds(static_cast<seconds::rep>(unix_seconds)));
}

Mark decode_mark(PayloadReader& reader) {
    const auto mark = reader.attribute_as<xfrm_mark>(XFRMA_MARK);
    return mark ? Mark{mark->v, mark->m} : Mark{};
}

std::uint32_t decode_if_id(PayloadReader& reader) {
    return reader.attribute_as<std::uint32_t>(XFRMA_IF_ID).value_or(0);
}

std::vector<Template> decode_templates(PayloadReader& reader) {
    std::vector<Template> templates;
    for (const xfrm_user_tmpl& one : reader.attributes_as<xfrm_user_tmpl>(XFRMA_TMPL, kMostTemplates)) {
        templates.push_back(decode(one));
    }
    return templates;
}

}  // namespace xfrmd::netlink
