// IKE_FOLLOWUP_KE (RFC 9370 2.2.4): additional key exchanges for what CREATE_CHILD_SA has agreed on, one after the
// other. ADDITIONAL_KEY_EXCHANGE links each request to the answer before it. What was asked for is made when all are
// done; until then either side may leave it at that.
#pragma once

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// --- Initiator ---

// CREATE_CHILD_SA was answered. Error: PayloadMissing (no link).
base::Result<std::unique_ptr<sa::Granted>> begin_follow_ups(const std::vector<policy::KeyExchangeId>& methods,
                                                            base::SecretBytes first, const wire::Payloads& answer);
// Sends the next request; gives our part of it. Error: AlgorithmUnavailable.
base::Result<std::unique_ptr<crypto::KeyExchange>> send_follow_up(sa::Step& step, sa::Established& phase,
                                                                  const sa::FollowUps& follow_ups);
// The answer to it, which is no refusal. Errors: PayloadMissing, PayloadUnexpected, KeyExchangeValueInvalid.
base::Result<void> take_follow_up(sa::FollowUps& follow_ups, crypto::KeyExchange& ours, const wire::Payloads& answer);
// A refusal, or a value that is of no use, fails what was asked for; the IKE SA lives. Who says again and again that it
// knows nothing of it has lost more than that (RFC 9370 2.2.4), and the IKE SA is deleted.
sa::Next on_follow_up_response(sa::Step& step, sa::Established& phase, const sa::Message& response);

// --- Responder ---

// N(ADDITIONAL_KEY_EXCHANGE) of the answer to CREATE_CHILD_SA. What else was awaited is forgotten.
wire::Notify await_follow_ups(sa::Step& step, sa::Established& phase, sa::AwaitedFollowUps awaited);
// The peer has not gone on in time, or will not: RFC 9370 2.2.4.
void forget_follow_ups(sa::Step& step, sa::Established& phase);
// Errors: StateNotFound; what PayloadUnexpected and the values of key exchanges are elsewhere; TemporaryFailure where
// what was agreed on cannot be made any more.
sa::Next on_follow_up_request(sa::Step& step, sa::Established& phase, const sa::Message& request);

}  // namespace xfrmd::ikev2::exchange
