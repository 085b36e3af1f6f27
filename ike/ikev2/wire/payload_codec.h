// The bytes of each payload's body, without its generic header (RFC 7296 3.3-3.16). Private to ikev2/wire and its
// tests. Decoders take the whole body or fail with PayloadMalformed (Nonce: NonceLengthInvalid; too long a list:
// PayloadCountExceeded); RESERVED fields are ignored (2.5). Encoders write RESERVED as zero and never fail.
#pragma once

#include "ike/base/result.h"
#include "ike/base/writer.h"
#include "ike/ikev2/wire/payloads.h"

namespace xfrmd::ikev2::wire {

base::Result<SecurityAssociation> decode_sa(base::ByteView body);
base::Result<KeyExchangePayload> decode_key_exchange(base::ByteView body);
base::Result<Identification> decode_identification(base::ByteView body);
base::Result<Certificate> decode_certificate(base::ByteView body);
base::Result<CertificateRequest> decode_certificate_request(base::ByteView body);
base::Result<Authentication> decode_authentication(base::ByteView body);
base::Result<Nonce> decode_nonce(base::ByteView body);
base::Result<Notify> decode_notify(base::ByteView body);
base::Result<Delete> decode_delete(base::ByteView body);
base::Result<VendorId> decode_vendor_id(base::ByteView body);
base::Result<TrafficSelectorPayload> decode_traffic_selectors(base::ByteView body, bool initiator);
base::Result<Configuration> decode_configuration(base::ByteView body);
base::Result<Eap> decode_eap(base::ByteView body);

void encode_body(base::Writer& out, const SecurityAssociation& payload);
void encode_body(base::Writer& out, const KeyExchangePayload& payload);
void encode_body(base::Writer& out, const Identification& payload);
void encode_body(base::Writer& out, const Certificate& payload);
void encode_body(base::Writer& out, const CertificateRequest& payload);
void encode_body(base::Writer& out, const Authentication& payload);
void encode_body(base::Writer& out, const Nonce& payload);
void encode_body(base::Writer& out, const Notify& payload);
void encode_body(base::Writer& out, const Delete& payload);
void encode_body(base::Writer& out, const VendorId& payload);
void encode_body(base::Writer& out, const TrafficSelectorPayload& payload);
void encode_body(base::Writer& out, const Configuration& payload);
void encode_body(base::Writer& out, const Eap& payload);
inline void encode_body(base::Writer& out, const UnknownPayload& payload) { out.bytes(payload.body); }

}  // namespace xfrmd::ikev2::wire
