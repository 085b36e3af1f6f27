// INFORMATIONAL, RFC 7296 1.4, 1.4.1, 2.4: Deletes and liveness checks under an established IKE SA.
#pragma once

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// A Delete of the IKE SA.
void send_delete(sa::Step& step, sa::Keyed& keyed);
bool deletes_ike_sa(const wire::Payloads& payloads);

// Deletes of the peer's are carried out and answered; an empty request is a liveness check and gets an empty answer.
sa::Next on_informational_request(sa::Step& step, sa::Established& phase, const sa::Message& request);

// Ends a liveness check or the deletion of a child.
sa::Next on_informational_response(sa::Step& step, sa::Established& phase, const sa::Message& response);

// While our Delete of the IKE SA is out: the peer's request is answered empty; its response, or a Delete of its own,
// ends the SA (1.4.1, 2.25.2).
sa::Next answer_while_deleting(sa::Step& step, sa::Deleting& phase, const sa::Message& request);
sa::Next on_delete_response(sa::Step& step, sa::Deleting& phase, const sa::Message& response);
sa::Next answer_while_withdrawing(sa::Step& step, sa::Withdrawing& phase, const sa::Message& request);
sa::Next on_withdrawn(sa::Step& step, sa::Withdrawing& phase, const sa::Message& response);

// Tells the peer of what is given up before it has answered IKE_AUTH. A Delete that comes before IKE_AUTH is nothing
// to it, so it is repeated.
sa::Withdrawing withdraw(sa::Step& step, sa::AuthRequested& phase);

// Starts the first waiting task. Leads to Deleting for a Delete of the IKE SA.
sa::Next start_task(sa::Step& step, sa::Established& phase);

}  // namespace xfrmd::ikev2::exchange
