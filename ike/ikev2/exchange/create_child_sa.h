// CREATE_CHILD_SA, RFC 7296 1.3.1, 2.17: another child SA under an established IKE SA, with a key exchange of its own
// (PFS) where the proposal has one. Rekeying (1.3.2, 1.3.3) has its own rows in the transition table.
#pragma once

#include "ike/ikev2/exchange/child_negotiation.h"

namespace xfrmd::ikev2::exchange {

// Sends the request for a waiting task. A child that is installed already ends the task at once.
void start_create_child(sa::Step& step, sa::Established& phase, sa::CreateChildTask task);

// Asks for a child, additional or in the place of another one. Ends the task's operation where it cannot be asked for.
void request_child(sa::Step& step, sa::Established& phase, const sa::CreateChildTask& task,
                   std::optional<sa::RekeyedChild> rekeyed);

// INVALID_KE_PAYLOAD starts over once with the wanted group; any other refusal fails the child only.
sa::Next on_create_child_response(sa::Step& step, sa::Established& phase, const sa::Message& response);

// IKE_FOLLOWUP_KE for a child that was granted (RFC 9370 2.2.4) was answered.
sa::Next on_child_follow_up(sa::Step& step, sa::Established& phase, const wire::Payloads& answer);

// The response waits for the kernel, or for the peer's IKE_FOLLOWUP_KE. Errors (the child's only): check_lasts's,
// NoAdditionalSas, TrafficSelectorsUnacceptable, NoProposalChosen, KeyExchangeMethodMismatch, KeyExchangeValueInvalid
// as INVALID_SYNTAX.
sa::Next on_create_child_request(sa::Step& step, sa::Established& phase, const sa::Message& request);

// RFC 7296 2.25.2: a new child would belong to an IKE SA that is about to go. Error: TemporaryFailure.
base::Result<void> check_lasts(const sa::Established& phase);

// The part that rekeying shares: keys, the kernel, the response. The child has been accepted.
sa::Next answer_with_child(sa::Step& step, sa::Established& phase, const wire::Payloads& request,
                           AcceptedChild accepted);

// The peer's last IKE_FOLLOWUP_KE for a child (RFC 9370 2.2.4): can it still be made? Error: TemporaryFailure.
base::Result<void> check_followed_child(const sa::Step& step, const sa::Established& phase,
                                        const sa::NegotiatedChild& child);
// And it is; the response, with this payload, waits for the kernel.
void install_followed_child(sa::Step& step, sa::Established& phase, sa::AwaitedFollowUps awaited,
                            wire::KeyExchangePayload answer);

// RFC 7296 2.25.2: TEMPORARY_FAILURE while the IKE SA is being deleted.
sa::Next refuse_while_deleting(sa::Step& step, sa::Deleting& phase, const sa::Message& request);

}  // namespace xfrmd::ikev2::exchange
