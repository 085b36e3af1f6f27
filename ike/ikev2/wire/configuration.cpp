// The Configuration payload (RFC 7296 3.15).

#include "ike/base/reader.h"
#include "ike/ikev2/wire/payload_codec.h"

namespace xfrmd::ikev2::wire {

namespace {

constexpr std::uint16_t kTypeMask = 0x7fff;  // RFC 7296 3.15.1: the reserved bit is ignored

}  // namespace

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |   CFG Type    |                    RESERVED                   |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |R|         Attribute Type      |            Length             |  RFC 7296 3.15.1, repeated
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                             Value                             ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
base::Result<Configuration> decode_configuration(base::ByteView body) {
    base::Reader in(body);
    Configuration payload;
    payload.type = in.u8();
    in.skip(3);
    while (!in.done()) {
        if (payload.attributes.size() == kMaxConfigurationAttributes) {
            return base::fail(base::Reason::PayloadCountExceeded, "configuration attributes");
        }
        const std::uint16_t type = in.u16() & kTypeMask;
        const base::ByteView value = in.bytes(in.u16());
        payload.attributes.emplace_back(type, base::to_bytes(value));
    }
    if (!in.ok()) return base::fail(base::Reason::PayloadMalformed, "cut short");
    return payload;
}

void encode_body(base::Writer& out, const Configuration& payload) {
    out.u8(payload.type).zeros(3);
    for (const auto& [type, value] : payload.attributes) {
        out.u16(type & kTypeMask);
        out.patch_u16(out.mark_u16(), value.size());
        out.bytes(value);
    }
}

}  // namespace xfrmd::ikev2::wire
