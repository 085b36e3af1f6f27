// The Certificate and Certificate Request payloads (RFC 7296 3.6, 3.7), which share their form. The data stays opaque.

#include "ike/base/reader.h"
#include "ike/ikev2/wire/payload_codec.h"

namespace xfrmd::ikev2::wire {

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | Cert Encoding |                                               |
// +-+-+-+-+-+-+-+-+                                               |
// ~            Certificate Data / Certification Authority         ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
base::Result<Certificate> decode_certificate(base::ByteView body) {
    base::Reader in(body);
    const std::uint8_t encoding = in.u8();
    if (!in.ok()) return base::fail(base::Reason::PayloadMalformed, "empty");
    return Certificate{encoding, base::to_bytes(in.remaining())};
}

base::Result<CertificateRequest> decode_certificate_request(base::ByteView body) {
    base::Reader in(body);
    const std::uint8_t encoding = in.u8();
    if (!in.ok()) return base::fail(base::Reason::PayloadMalformed, "empty");
    return CertificateRequest{encoding, base::to_bytes(in.remaining())};
}

void encode_body(base::Writer& out, const Certificate& payload) { out.u8(payload.encoding).bytes(payload.data); }

void encode_body(base::Writer& out, const CertificateRequest& payload) {
    out.u8(payload.encoding).bytes(payload.authorities);
}

}  // namespace xfrmd::ikev2::wire
