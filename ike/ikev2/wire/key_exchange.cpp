// The Key Exchange payload (RFC 7296 3.4, whose group RFC 9370 calls a method). Whether the value fits its method is
// ike/crypto's question.

#include "ike/base/reader.h"
#include "ike/ikev2/wire/payload_codec.h"

namespace xfrmd::ikev2::wire {

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |      Key Exchange Method      |           RESERVED            |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                       Key Exchange Data                       ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
base::Result<KeyExchangePayload> decode_key_exchange(base::ByteView body) {
    base::Reader in(body);
    KeyExchangePayload payload;
    payload.method = static_cast<policy::KeyExchangeId>(in.u16());
    in.skip(2);
    payload.data = base::to_bytes(in.remaining());
    if (!in.ok()) return base::fail(base::Reason::PayloadMalformed, "cut short");
    return payload;
}

void encode_body(base::Writer& out, const KeyExchangePayload& payload) {
    out.u16(static_cast<std::uint16_t>(payload.method)).u16(0).bytes(payload.data);
}

}  // namespace xfrmd::ikev2::wire
