// The Identification payloads (RFC 7296 3.5). Only what every reader relies on is checked: addresses have their size,
// and nothing is longer than kMaxIdentity. Names are not looked into; they are compared and shown as bytes.

#include "ike/base/reader.h"
#include "ike/ikev2/wire/payload_codec.h"

namespace xfrmd::ikev2::wire {

namespace {

bool size_fits(const policy::Identity& identity) {
    switch (identity.type) {
        case policy::IdentityType::ipv4_address:
            return identity.data.size() == 4;
        case policy::IdentityType::ipv6_address:
            return identity.data.size() == 16;
        case policy::IdentityType::null:  // RFC 7619 2.2
            return identity.data.empty();
        default:
            return true;
    }
}

}  // namespace

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |   ID Type     |                 RESERVED                      |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                   Identification Data                         ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
base::Result<Identification> decode_identification(base::ByteView body) {
    base::Reader in(body);
    Identification payload;
    payload.identity.type = static_cast<policy::IdentityType>(in.u8());
    // RFC 7296 2.15: AUTH is computed over the payload as it was sent, RESERVED included.
    payload.reserved = static_cast<std::uint32_t>(in.u8()) << 16;
    payload.reserved |= in.u16();
    if (!in.ok()) return base::fail(base::Reason::PayloadMalformed, "cut short");
    if (in.left() > kMaxIdentity) {
        return base::fail(base::Reason::PayloadMalformed, "identity of " + std::to_string(in.left()) + " bytes");
    }
    payload.identity.data = base::to_bytes(in.remaining());
    if (!size_fits(payload.identity)) return base::fail(base::Reason::PayloadMalformed, "not of its type's size");
    return payload;
}

void encode_body(base::Writer& out, const Identification& payload) {
    const auto type = static_cast<std::uint32_t>(payload.identity.type);
    out.u32(type << 24 | (payload.reserved & 0x00ffffff)).bytes(payload.identity.data);
}

}  // namespace xfrmd::ikev2::wire
