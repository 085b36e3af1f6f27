// The EAP payload (RFC 7296 3.16): the body is one EAP packet (RFC 3748 4), of which only the length is looked at here.

#include "ike/base/reader.h"
#include "ike/ikev2/wire/payload_codec.h"

namespace xfrmd::ikev2::wire {

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |     Code      | Identifier    |           Length              |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |     Type      | Type_Data...
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-
base::Result<Eap> decode_eap(base::ByteView body) {
    base::Reader in(body);
    in.skip(2);
    const std::size_t length = in.u16();
    // RFC 7296 3.16: "MUST be four less than the Payload Length of the encapsulating payload."
    if (!in.ok() || length != body.size())
        return base::fail(base::Reason::PayloadMalformed, "length is not the packet's");
    return Eap{base::to_bytes(body)};
}

void encode_body(base::Writer& out, const Eap& payload) { out.bytes(payload.message); }

}  // namespace xfrmd::ikev2::wire
