// AUTH of nobody (RFC 7619): it ties what was said before to the keys, and proves nothing else. Only where the
// connection says so, and with ID_NULL only.
#pragma once

#include "ike/ikev2/exchange/authentication.h"

namespace xfrmd::ikev2::exchange {

// `octets` are what AUTH covers.
wire::Authentication make_null_auth(const sa::Keyed& keyed, base::ByteView octets);
// Errors: AuthenticationFailed, also where the peer calls itself anything else.
base::Result<void> verify_null_auth(const sa::Keyed& keyed, base::ByteView octets, const PeerProof& proof);

}  // namespace xfrmd::ikev2::exchange
