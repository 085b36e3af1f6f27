// IKE_AUTH, RFC 7296 1.2, 2.15, 2.16, 2.21.2: both sides prove who they are, and the first child SA is negotiated. A
// child that fails does not take the IKE SA with it.
#pragma once

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// Initiator: is there a key for this peer? Asked before the first message, so that a missing one costs no round trip.
base::Result<void> check_credentials(const sa::Sa& sa);

// Initiator: sends the request, with the child of the first waiting task unless it goes without one (RFC 6023).
// The first exchange is over by then: what keeps us from authenticating closes the IKE SA.
// `resumed`: the IKE SA that this one resumes, else nullptr.
sa::Next start_ike_auth(sa::Step& step, sa::Keyed keyed, sa::Transcript transcript, bool childless,
                        std::unique_ptr<sa::Session> resumed);

// Initiator: once more, as the signature that it has waited for is there.
sa::Next go_on_proving(sa::Step& step, sa::Proving& phase);

// Initiator. Errors end the IKE SA: AuthenticationFailed, AuthenticationMethodUnacceptable, NoSharedSecret,
// PeerRefused.
sa::Next on_ike_auth_response(sa::Step& step, sa::AuthRequested& phase, const sa::Message& response);

// Responder. The response waits for the kernel where a child was accepted.
sa::Next on_ike_auth_request(sa::Step& step, sa::HalfOpen& phase, const sa::Message& request);

}  // namespace xfrmd::ikev2::exchange
