// The Nonce payload (RFC 7296 3.9): the body is the nonce.

#include "ike/ikev2/wire/payload_codec.h"

namespace xfrmd::ikev2::wire {

// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                            Nonce Data                         ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
base::Result<Nonce> decode_nonce(base::ByteView body) {
    if (body.size() < kMinNonce || body.size() > kMaxNonce) {
        return base::fail(base::Reason::NonceLengthInvalid, std::to_string(body.size()) + " bytes");
    }
    return Nonce{base::to_bytes(body)};
}

void encode_body(base::Writer& out, const Nonce& payload) { out.bytes(payload.data); }

}  // namespace xfrmd::ikev2::wire
