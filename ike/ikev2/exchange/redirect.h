// Redirection to another gateway (RFC 5685): who says in IKE_SA_INIT that it can be redirected, and what a REDIRECT
// says in IKE_SA_INIT, IKE_AUTH and INFORMATIONAL. Where the next IKE SA begins is the engine's to see to.
#pragma once

#include <vector>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// As initiator: REDIRECT_SUPPORTED, or REDIRECTED_FROM where a gateway has sent us here (3, 9.3).
void append_redirect_support(const sa::Step& step, std::vector<wire::Payload>& payloads);
// As responder.
void note_redirect_support(sa::Sa& sa, const wire::Payloads& request);

// What a response says of it, nullptr where it is nothing that we heed.
const wire::Notify* find_redirect(const sa::Step& step, const wire::Payloads& payloads);
// Where it leads. `nonce` is ours in IKE_SA_INIT, and empty later (9.2). Errors: ResponseUnexpected where the nonce is
// another one, PayloadMalformed, RedirectUnacceptable.
base::Result<base::Address> read_redirect(const wire::Notify& redirect, base::ByteView nonce);
// The engine begins another IKE SA there, once it is known how it is reached.
void go_to(sa::Step& step, const base::Address& gateway);

// 5: the gateway's request, and the client's part.
void send_redirect(sa::Step& step, sa::Established& phase, const sa::RedirectTask& task);
void on_redirect_heard(sa::Step& step, sa::Established& phase, const sa::Redirecting& told);
void heed_redirect(sa::Step& step, const sa::Established& phase, const wire::Payloads& request);

}  // namespace xfrmd::ikev2::exchange
