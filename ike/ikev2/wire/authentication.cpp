// The Authentication payload (RFC 7296 3.8).

#include "ike/base/reader.h"
#include "ike/ikev2/wire/payload_codec.h"
#include "ike/ikev2/wire/registry.h"

namespace xfrmd::ikev2::wire {

namespace {

// RFC 7296 3.8, RFC 4754, RFC 7427, RFC 7619
constexpr Named<AuthMethodId> kNames[] = {
    {AuthMethodId::rsa_signature, "RSA_SIGNATURE"},
    {AuthMethodId::shared_key_mic, "SHARED_KEY_MIC"},
    {AuthMethodId::dss_signature, "DSS_SIGNATURE"},
    {AuthMethodId::ecdsa_256, "ECDSA_256"},
    {AuthMethodId::ecdsa_384, "ECDSA_384"},
    {AuthMethodId::ecdsa_521, "ECDSA_521"},
    {AuthMethodId::null, "NULL"},
    {AuthMethodId::digital_signature, "DIGITAL_SIGNATURE"},
};

}  // namespace

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | Auth Method   |                RESERVED                       |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                      Authentication Data                      ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
base::Result<Authentication> decode_authentication(base::ByteView body) {
    base::Reader in(body);
    Authentication payload;
    payload.method = static_cast<AuthMethodId>(in.u8());
    in.skip(3);
    payload.data = base::to_bytes(in.remaining());
    if (!in.ok()) return base::fail(base::Reason::PayloadMalformed, "cut short");
    return payload;
}

void encode_body(base::Writer& out, const Authentication& payload) {
    out.u8(static_cast<std::uint8_t>(payload.method)).zeros(3).bytes(payload.data);
}

std::string to_string(AuthMethodId method) {
    const std::string_view name = name_in(kNames, method);
    return name.empty() ? "AUTH_METHOD_" + std::to_string(static_cast<unsigned>(method)) : std::string(name);
}

}  // namespace xfrmd::ikev2::wire
