// Post-quantum pre-shared keys in IKE_INTERMEDIATE (RFC 9867 3.1): the initiator names those that it has, the responder
// chooses one of which it has the same key, and all keys of the IKE SA come from it as well. Nobody is authenticated
// yet. A PPK of an IKE SA that stands (RFC 9867 3.2) is not there: what a peer says of one in CREATE_CHILD_SA is not
// answered, and so not used.
#pragma once

#include <optional>

#include "ike/ikev2/exchange/ppk.h"

namespace xfrmd::ikev2::exchange {

// What both have. `name` and `secret` live as long as the configuration of the IKE SA.
struct CommonPpk {
    base::ByteView name;
    base::ByteView secret;
};

// --- Initiator ---
// [N(PPK_IDENTITY_KEY)]; nothing where it has gone from the configuration since it was offered.
void append_named_ppk(const sa::Sa& sa, const sa::Keyed& keyed, const sa::Transcript& transcript,
                      std::vector<wire::Payload>& payloads);
// What the responder has chosen, if anything. Errors: NoPpk (it has not, and the connection requires one),
// PayloadUnexpected (one that we did not name).
base::Result<std::optional<CommonPpk>> heed_chosen_ppk(sa::Step& step, const wire::Payloads& answer);

// --- Responder ---
// One of those that the initiator names, rather one that the connection means, as far as that is known yet.
// Error: PayloadMalformed.
base::Result<std::optional<CommonPpk>> choose_named_ppk(sa::Step& step, const sa::Keyed& keyed,
                                                        const sa::Transcript& transcript,
                                                        const wire::Payloads& request);
// N(PPK_IDENTITY)
wire::Payload tell_chosen_ppk(const CommonPpk& ppk);
// In IKE_AUTH: is it what the connection wants of this peer? Error: NoPpk.
base::Result<sa::PpkUse> check_mixed_ppk(sa::Step& step, const policy::Connection& connection,
                                         const sa::Transcript& transcript);

// --- Both ---
// Into all keys, and noted.
sa::Keyed mix_into_all(sa::Step& step, sa::Keyed&& keyed, sa::Transcript& transcript, const CommonPpk& ppk);

}  // namespace xfrmd::ikev2::exchange
