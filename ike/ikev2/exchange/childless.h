// Childless IKE SAs (RFC 6023): the responder says in IKE_SA_INIT that IKE_AUTH may come without a child, and the
// initiator decides.
#pragma once

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// N(CHILDLESS_IKEV2_SUPPORTED) of the response; nothing where the connection has childless = never (RFC 6023 3).
std::optional<wire::Payload> childless_notify(const policy::Connection& connection);

// Initiator: does IKE_AUTH go without a child? `response` is the peer's IKE_SA_INIT. Error: PeerRefused, where it has
// to and the peer cannot.
base::Result<bool> goes_childless(const policy::Connection& connection, const wire::Payloads& response);

// Responder, once it is known who asks. Errors, both INVALID_SYNTAX (RFC 6023 3): PayloadMissing, PayloadUnexpected.
base::Result<void> match_childless(const policy::Connection& connection, wire::Shape request);

}  // namespace xfrmd::ikev2::exchange
