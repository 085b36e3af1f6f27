// Post-quantum pre-shared keys (RFC 8784): mixed into SK_d and SK_p beside the key exchange, so that who can break that
// later reads nothing. In the exchanges that begin an IKE SA only; what follows has it by SK_d.
#pragma once

#include <optional>
#include <vector>

#include "ike/ikev2/exchange/authentication.h"

namespace xfrmd::ikev2::exchange {

// --- Initiator ---
// [N(USE_PPK)]: the connection names one that we have.
std::optional<wire::Payload> offer_ppk(const sa::Sa& sa);
// Could it be offered, if the connection requires it? Error: NoPpk.
base::Result<void> check_own_ppk(const sa::Sa& sa);
// What the responder says to it. Error: NoPpk, where the connection requires one and the responder has none.
base::Result<bool> heed_ppk_answer(const sa::Sa& sa, const wire::Payloads& answer);
// Mixes it in, where both have one; gives what the keys were.
std::optional<sa::AuthKeys> mix_own_ppk(const sa::Sa& sa, const sa::Transcript& transcript, sa::Keyed& keyed);
// N(PPK_IDENTITY), and where none is required [N(NO_PPK_AUTH)] with AUTH by the keys without it.
void append_ppk(const sa::Sa& sa, std::optional<wire::Authentication> without_ppk,
                std::vector<wire::Payload>& payloads);
// The responder may not know it: then the keys are those without it. Error: NoPpk, where one is required.
base::Result<void> heed_ppk_use(const sa::Sa& sa, sa::AuthRequested& phase, const wire::Payloads& answer);

// --- Responder ---
// [N(USE_PPK)]: the initiator has one, and so have we.
std::optional<wire::Payload> answer_ppk(const sa::Sa& sa, const wire::Payloads& request);
// Which keys and which AUTH are to be checked (RFC 8784 3, table 1): with the initiator's PPK, or without one.
struct PpkChoice {
    std::optional<sa::AuthKeys> mixed;
    wire::Authentication auth;
};
// Error: NoPpk.
base::Result<PpkChoice> choose_ppk(const policy::Connection& connection, const sa::Sa& sa, const sa::HalfOpen& phase,
                                   const wire::Payloads& request);
// N(PPK_IDENTITY), empty.
wire::Payload confirm_ppk();

}  // namespace xfrmd::ikev2::exchange
