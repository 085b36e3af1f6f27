// What IKE_SA_INIT (RFC 7296 1.2) and IKE_SESSION_RESUME, which behaves exactly like it (RFC 5723 4.3.2), have in
// common. Both are unauthenticated and unprotected.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// --- Initiator ---
// HDR, [N(COOKIE)], SAi1, KEi, Ni, N+; with a ticket HDR, [N(COOKIE)], Ni, N(TICKET_OPAQUE), N+.
void send_first_request(sa::Step& step, sa::InitRequested& phase);
// The same in another form.
sa::Next start_over(sa::Step& step, sa::InitRequested& phase, std::string why);
// Error: TooManyRetries.
base::Result<void> count_restart(const sa::Step& step, const sa::InitRequested& phase);
// RFC 7296 2.6: COOKIE in place of an answer; RFC 5685 3: REDIRECT. Nothing where it is neither.
std::optional<sa::Next> heed_detour(sa::Step& step, sa::InitRequested& phase, const wire::Payloads& payloads,
                                    bool is_answer);
// The answer is good: what it tells of the responder, and where to IKE_AUTH goes.
void take_answer(sa::Step& step, const sa::Message& response);

// --- Responder ---
// N+: what stands behind the nonce.
void append_announcements(const sa::Step& step, std::vector<wire::Payload>& payloads);
// What the request tells of the initiator. The connection is chosen.
void take_request(sa::Sa& sa, const wire::Payloads& payloads);
// The response; the keys are there.
void send_first_response(sa::Step& step, const base::Bytes& response);

}  // namespace xfrmd::ikev2::exchange
