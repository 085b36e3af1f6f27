// Post-quantum pre-shared keys: mixed into the keys beside the key exchange, so that who can break that later reads
// nothing. In the exchanges that begin an IKE SA only; what follows has it by SK_d. In which of them is agreed on in
// IKE_SA_INIT: IKE_INTERMEDIATE where both can (RFC 9867, ppk_intermediate.h), for then the IKE SA's own messages are
// as safe from IKE_AUTH on; else IKE_AUTH, for SK_d and SK_p (RFC 8784, here).
#pragma once

#include <optional>
#include <vector>

#include "ike/ikev2/exchange/authentication.h"
#include "ike/policy/configuration.h"

namespace xfrmd::ikev2::exchange {

// --- Initiator ---
// The one that the connection names; nullptr: it names none, or we have it not.
const policy::SharedSecret* own_ppk(const sa::Sa& sa);
// [N(USE_PPK)], [N(USE_PPK_INT)]; the latter goes together with N(INTERMEDIATE_EXCHANGE_SUPPORTED).
bool offers_mixed_ppk(const sa::Sa& sa);
void append_ppk_offer(const sa::Sa& sa, std::vector<wire::Payload>& payloads);
// Could it be offered, if the connection requires it? Error: NoPpk.
base::Result<void> check_own_ppk(const sa::Sa& sa);
// What the responder says to it. Error: NoPpk, where the connection requires one and the responder has none.
base::Result<sa::PpkUse> heed_ppk_answer(const sa::Sa& sa, const wire::Payloads& answer);
// Mixes it in, where both have one for IKE_AUTH; gives what the keys were.
std::optional<sa::AuthKeys> mix_own_ppk(const sa::Sa& sa, const sa::Transcript& transcript, sa::Keyed& keyed);
// N(PPK_IDENTITY), and where none is required [N(NO_PPK_AUTH)] with AUTH by the keys without it.
void append_ppk(const sa::Sa& sa, std::optional<wire::Authentication> without_ppk,
                std::vector<wire::Payload>& payloads);
// The responder may not know it: then the keys are those without it. Error: NoPpk, where one is required.
base::Result<void> heed_ppk_use(const sa::Sa& sa, sa::AuthRequested& phase, const wire::Payloads& answer);

// --- Responder ---
// The initiator has one, and so have we.
sa::PpkUse answer_ppk(const sa::Sa& sa, const wire::Payloads& request);
// [N(USE_PPK)] or [N(USE_PPK_INT)], never both (RFC 9867 3.1).
void append_ppk_answer(sa::PpkUse use, std::vector<wire::Payload>& payloads);
// Which keys and which AUTH are to be checked (RFC 8784 3, table 1): with the initiator's PPK, or without one.
struct PpkChoice {
    std::optional<sa::AuthKeys> mixed;  // nothing: the keys are as they are to be
    wire::Authentication auth;
    sa::PpkUse use = sa::PpkUse::none;
};
// Error: NoPpk.
base::Result<PpkChoice> choose_ppk(sa::Step& step, const policy::Connection& connection, const sa::HalfOpen& phase,
                                   const wire::Payloads& request);
// [N(PPK_IDENTITY)], empty.
void append_ppk_confirmation(sa::PpkUse use, std::vector<wire::Payload>& payloads);

// --- Both ---
// Would this connection take a PPK of that name?
bool is_meant(const policy::Connection& connection, base::ByteView id);
// PPK_ID (RFC 8784 5.1): PPK_ID_FIXED | name. Reading gives an empty name where it is of another type, or nothing.
base::Bytes fixed_ppk_id(base::ByteView id);
base::ByteView name_in_ppk_id(base::ByteView ppk_id);

}  // namespace xfrmd::ikev2::exchange
