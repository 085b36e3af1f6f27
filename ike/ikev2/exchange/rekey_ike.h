// Rekeying the IKE SA (RFC 7296 1.3.2, 2.8.2, 2.18): CREATE_CHILD_SA with new SPIs, nonces and key exchange values
// makes another IKE SA, which takes the children. Who began deletes the old one.
#pragma once

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

void start_rekey_ike(sa::Step& step, sa::Established& phase, const sa::RekeyIkeTask& task);

// A refusal is no harm: it is tried again later. INVALID_KE_PAYLOAD starts over once with the wanted group.
sa::Next on_rekey_ike_response(sa::Step& step, sa::Established& phase, const sa::Message& response);

// IKE_FOLLOWUP_KE for it (RFC 9370 2.2.4) was answered.
sa::Next on_ike_follow_up(sa::Step& step, sa::Established& phase, const wire::Payloads& answer);

// The IKE SA that the peer made of this one meanwhile; none where there is none, or it has gone again.
ike::IkeSaId rival_of(const sa::Step& step, const sa::RekeyingIke& rekeying);

// Errors: TemporaryFailure while children come or go, or what it replaced has not been deleted (RFC 7296
// 2.25.2), NoAdditionalSas where the engine is full, NoProposalChosen, KeyExchangeMethodMismatch.
sa::Next on_rekey_ike_request(sa::Step& step, sa::Established& phase, const sa::Message& request);

// The peer's last IKE_FOLLOWUP_KE for it: may it still be made? Errors as above.
base::Result<void> check_followed_ike(const sa::Step& step, const sa::Established& phase);
// And it is; the response has this payload.
void bear_followed_ike(sa::Step& step, sa::Established& phase, sa::AwaitedFollowUps awaited,
                       wire::KeyExchangePayload answer);

}  // namespace xfrmd::ikev2::exchange
