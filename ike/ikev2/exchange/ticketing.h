// Tickets for resumption (RFC 5723 4.1, 4.2, 6): the client asks for one in IKE_AUTH, and for another one when the IKE
// SA has been rekeyed; the gateway gives it where the connection has `session_resumption`.
#pragma once

#include <vector>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// As client: N(TICKET_REQUEST) of IKE_AUTH, where the connection wants it.
void append_ticket_request(const sa::Step& step, std::vector<wire::Payload>& payloads);
// The same in an exchange of its own.
void send_ticket_request(sa::Step& step, sa::Established& phase);
// What the gateway has answered; kept for the next IKE SA with it, until this one is deleted.
void take_ticket(sa::Step& step, const sa::Established& phase, const wire::Payloads& answer);

// RFC 5723 6.2: those of an IKE SA that somebody ends, or that gets other keys. Whether one was held.
bool drop_tickets(sa::Tickets& tickets, const sa::Sa& sa);

// As gateway: N(TICKET_LT_OPAQUE), or N(TICKET_NACK) where the peer gets none. Nothing where it has not asked.
void answer_ticket_request(sa::Step& step, const sa::Established& phase, const wire::Payloads& request,
                           std::vector<wire::Payload>& answer);

// Does the configuration still know both ends by what the old IKE SA was made with? Error: TicketOutdated.
base::Result<void> check_session(const sa::Sa& sa, const policy::Connection& connection, const sa::Session& session);
// RFC 5723 5: the time until reauthentication goes on from where it was.
void inherit_proof(sa::Established& phase, const sa::Session& session);

}  // namespace xfrmd::ikev2::exchange
