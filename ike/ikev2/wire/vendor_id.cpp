// The Vendor ID payload (RFC 7296 3.12): the body is the vendor's constant.

#include "ike/ikev2/wire/payload_codec.h"

namespace xfrmd::ikev2::wire {

// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                        Vendor ID (VID)                        ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
base::Result<VendorId> decode_vendor_id(base::ByteView body) { return VendorId{base::to_bytes(body)}; }

void encode_body(base::Writer& out, const VendorId& payload) { out.bytes(payload.data); }

}  // namespace xfrmd::ikev2::wire
