// IKE_SA_INIT, RFC 7296 1.2: both sides agree on algorithms, exchange nonces and key exchange values, and learn of
// NATs. Unauthenticated and unprotected: as initiator nothing in a response ends the attempt before its time (2.21.1);
// as responder the algorithms are chosen before any key exchange is computed.
#pragma once

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// Initiator: sends the request with the first key exchange method of the first proposal; or IKE_SESSION_RESUME, where
// there is a ticket (RFC 5723).
sa::Next start_first_exchange(sa::Step& step, sa::Created& created);
base::Result<std::unique_ptr<crypto::KeyExchange>> first_key_exchange(sa::Step& step);

// Initiator: COOKIE and INVALID_KE_PAYLOAD start over, other errors are remembered, an answer leads to IKE_AUTH. Error
// ResponseUnexpected: a late copy of what was followed already.
sa::Next on_ike_sa_init_response(sa::Step& step, sa::InitRequested& phase, const sa::Message& response);

// Responder. Errors: NoPeerConfiguration, NoProposalChosen, KeyExchangeMethodMismatch (with the wanted group as notify
// data), KeyExchangeValueInvalid.
sa::Next on_ike_sa_init_request(sa::Step& step, sa::Created& created, const sa::Message& request);

}  // namespace xfrmd::ikev2::exchange
