// IKE_SESSION_RESUME (RFC 5723 4.3.2) in place of IKE_SA_INIT: a ticket of an IKE SA that was interrupted stands for
// its algorithms, identities and keys; nothing but nonces and SPIs is new. And AUTH of the IKE_AUTH that follows.
#pragma once

#include <memory>

#include "ike/ikev2/exchange/resumed_auth.h"
#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// Initiator: what begins without IKE_SA_INIT; nullptr where there is no ticket that fits.
std::unique_ptr<sa::HeldTicket> ticket_for(sa::Step& step);
// Initiator: whoever refuses the ticket is asked with IKE_SA_INIT (RFC 5723 4.3.2). Error ResponseUnexpected: that has
// been done.
sa::Next on_session_resume_response(sa::Step& step, sa::InitRequested& phase, const sa::Message& response);

// Responder. Errors, before anything is kept: PayloadMissing; TicketUnknown, TicketExpired, TicketSpent,
// TicketOutdated, all of them TICKET_NACK to the peer.
sa::Next on_session_resume_request(sa::Step& step, sa::Created& created, const sa::Message& request);
// Responder, in IKE_AUTH: is it whom the ticket was given to? Our AUTH covers what the peer's does. Error:
// AuthenticationFailed.
struct Resumer {
    const policy::Connection* connection;
    Octets octets;
};
base::Result<Resumer> authenticate_resumed(const sa::Step& step, const sa::HalfOpen& phase,
                                           const wire::Payloads& request);

}  // namespace xfrmd::ikev2::exchange
