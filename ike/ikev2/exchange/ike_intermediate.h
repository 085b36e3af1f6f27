// IKE_INTERMEDIATE (RFC 9242) with additional key exchanges (RFC 9370 2.2.2), one after the other between IKE_SA_INIT
// and IKE_AUTH, as many as were agreed on; the last one has names of PPKs beside it, or these have one of their own
// (RFC 9867 3.1). Each gives new keys; what is sent in it is covered by AUTH. Nobody is authenticated yet: as in
// IKE_AUTH, every error ends the attempt (RFC 9242 3.4).
#pragma once

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// --- In IKE_SA_INIT ---
bool offers_additional(const std::vector<policy::Proposal>& proposals);
// N(INTERMEDIATE_EXCHANGE_SUPPORTED)
wire::Notify intermediate_supported();
bool supports_intermediate(const wire::Payloads& peer);
// RFC 9370 2.2.1: to a peer without IKE_INTERMEDIATE, additional key exchanges are transform types that nobody knows.
void skip_additional(std::vector<policy::OfferedProposal>& offered);

// How many are to take place, and whether names of PPKs come with the one after `done` of them.
std::size_t intermediate_exchanges(const sa::Keyed& keyed, const sa::Transcript& transcript);
bool brings_ppks(const sa::Keyed& keyed, const sa::Transcript& transcript, std::size_t done);

// --- Initiator ---
// Sends the first one. What keeps us from it closes the IKE SA.
sa::Next start_intermediate(sa::Step& step, sa::IntermediateRequested phase);
// The next one, or IKE_AUTH. Errors: PeerRefused, PayloadUnexpected (another method, another PPK),
// KeyExchangeValueInvalid, NoPpk.
sa::Next on_ike_intermediate_response(sa::Step& step, sa::IntermediateRequested& phase, const sa::Message& response);

// --- Responder ---
// Errors: PayloadUnexpected (another method), PayloadMissing, PayloadMalformed, KeyExchangeValueInvalid.
sa::Next on_ike_intermediate_request(sa::Step& step, sa::IntermediateAwaited& phase, const sa::Message& request);

}  // namespace xfrmd::ikev2::exchange
