// The Traffic Selector payloads (RFC 7296 3.13). The count must be that of the selectors present. A selector of another
// type than an address range is stepped over by its length; so is one whose end lies before its start: it is
// well-formed and matches nothing, so that it can narrow to nothing but must not reach code that relies on first <=
// last.

#include <optional>

#include "ike/base/reader.h"
#include "ike/ikev2/wire/payload_codec.h"

namespace xfrmd::ikev2::wire {

namespace {

constexpr std::uint8_t kIpv4Range = 7;
constexpr std::uint8_t kIpv6Range = 8;
constexpr std::size_t kSelectorHeaderSize = 4;

std::optional<base::Family> family_of(std::uint8_t type) {
    switch (type) {
        case kIpv4Range:
            return base::Family::ipv4;
        case kIpv6Range:
            return base::Family::ipv6;
        default:
            return std::nullopt;
    }
}

base::Address read_address(base::Reader& in, base::Family family) {
    const base::Address zero = base::Address::any(family);
    return base::Address::from_bytes(in.bytes(zero.size())).value_or(zero);
}

bool can_match(const policy::TrafficSelector& selector) {
    const bool ports_in_order = selector.first_port <= selector.last_port || selector.is_opaque();
    return ports_in_order && selector.addresses.first <= selector.addresses.last;
}

// RFC 7296 3.13.1
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |   TS Type     |IP Protocol ID |       Selector Length         |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |           Start Port          |           End Port            |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                         Starting Address                      ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                         Ending Address                        ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// False where the lengths are wrong.
bool read_selector(base::Reader& in, TrafficSelectorPayload& payload) {
    const std::uint8_t type = in.u8();
    const std::uint8_t protocol = in.u8();
    const std::size_t length = in.u16();
    if (!in.ok() || length < kSelectorHeaderSize) return false;
    const base::ByteView body = in.bytes(length - kSelectorHeaderSize);
    if (!in.ok()) return false;

    if (const std::optional<base::Family> family = family_of(type)) {
        base::Reader range(body);
        policy::TrafficSelector selector;
        selector.protocol = protocol;
        selector.first_port = range.u16();
        selector.last_port = range.u16();
        selector.addresses.first = read_address(range, *family);
        selector.addresses.last = read_address(range, *family);
        if (!range.complete()) return false;
        if (can_match(selector)) {
            payload.selectors.push_back(selector);
            return true;
        }
    }
    payload.skipped.push_back({type, protocol, base::to_bytes(body)});
    return true;
}

void write_selector(base::Writer& out, const policy::TrafficSelector& selector) {
    const base::Address& first = selector.addresses.first;
    const std::size_t length = kSelectorHeaderSize + 2 * sizeof(std::uint16_t) + 2 * first.size();
    out.u8(first.is_v6() ? kIpv6Range : kIpv4Range).u8(selector.protocol).u16(static_cast<std::uint16_t>(length));
    out.u16(selector.first_port).u16(selector.last_port);
    out.bytes(first.bytes()).bytes(selector.addresses.last.bytes());
}

void write_selector(base::Writer& out, const SkippedSelector& selector) {
    out.u8(selector.type).u8(selector.protocol);
    out.patch_u16(out.mark_u16(), kSelectorHeaderSize + selector.body.size());
    out.bytes(selector.body);
}

}  // namespace

// RFC 7296 3.13
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | Number of TSs |                 RESERVED                      |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                       <Traffic Selectors>                     ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
base::Result<TrafficSelectorPayload> decode_traffic_selectors(base::ByteView body, bool initiator) {
    base::Reader in(body);
    const std::size_t count = in.u8();
    in.skip(3);
    TrafficSelectorPayload payload{.initiator = initiator, .selectors = {}, .skipped = {}};
    for (std::size_t i = 0; i < count; ++i) {
        if (!read_selector(in, payload)) {
            return base::fail(base::Reason::PayloadMalformed,
                              "selector " + std::to_string(i + 1) + " has a wrong length");
        }
    }
    if (count == 0 || !in.complete())
        return base::fail(base::Reason::PayloadMalformed, "count is not that of its selectors");
    return payload;
}

void encode_body(base::Writer& out, const TrafficSelectorPayload& payload) {
    out.patch_u8(out.mark_u8(), payload.selectors.size() + payload.skipped.size());
    out.zeros(3);
    for (const policy::TrafficSelector& selector : payload.selectors) write_selector(out, selector);
    for (const SkippedSelector& selector : payload.skipped) write_selector(out, selector);
}

}  // namespace xfrmd::ikev2::wire
