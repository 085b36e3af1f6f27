// Several rounds of authentication (RFC 4739): either side may prove who it is more than once, in as many IKE_AUTH
// exchanges. How many rounds there are the connection says. The child is asked for in the first request and granted in
// the last response, and nothing counts before that.
#pragma once

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// N(MULTIPLE_AUTH_SUPPORTED): in the responder's IKE_SA_INIT and the initiator's first IKE_AUTH.
wire::Notify rounds_supported();
bool supports_rounds(const wire::Payloads& peer);
// N(ANOTHER_AUTH_FOLLOWS), beside the AUTH of a round that another one of ours follows.
void append_follow(const policy::AuthRound* next, std::vector<wire::Payload>& payloads);

// Initiator: does the responder know of rounds, if there are several? Error: AuthenticationMethodUnacceptable.
base::Result<bool> heed_rounds_answer(const policy::Connection& connection, const wire::Payloads& answer);
// Does the peer, whose round this message has, go on or stop where the connection does? The error says what is wrong:
// AuthenticationMethodUnacceptable.
base::Result<void> check_rounds(const policy::Connection& connection, std::size_t round, const wire::Payloads& message);

// Is there a round of either side after this one?
bool has_next_round(const policy::Connection& connection, std::size_t round);

}  // namespace xfrmd::ikev2::exchange
