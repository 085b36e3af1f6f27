// Negotiating a child SA, the part that IKE_AUTH and CREATE_CHILD_SA share (RFC 7296 1.2, 1.3.1, 2.7, 2.9, 2.17): what
// is proposed, what is accepted, and the installation that follows from it.
#pragma once

#include <optional>
#include <vector>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

using sa::NegotiatedChild;

// --- Initiator of the exchange ---

// Takes an SPI, with IPComp a CPI as well, and resolves the child's selectors against the IKE SA's addresses.
// `first_child`: in IKE_AUTH no key exchange is negotiated. Error: proposals_of's.
base::Result<sa::ProposedChild> propose_child(sa::Step& step, const policy::Child& child,
                                              const sa::CreateChildTask& task, bool first_child);

// [N(IPCOMP_SUPPORTED)], [N(USE_TRANSPORT_MODE)], [N(SA_RESOURCE_INFO)], SA, [Ni, KEi], TSi, TSr (RFC 7296 C.1, C.4).
// In IKE_AUTH there is no nonce and no key exchange.
struct FreshKeying {
    const base::Bytes* nonce = nullptr;
    std::optional<wire::KeyExchangePayload> key_exchange = {};
};
void append_child_request(const policy::Child& child, const sa::ProposedChild& proposed, const FreshKeying& keying,
                          std::vector<wire::Payload>& payloads);

// Checks the answer to `proposed`. Errors: NoProposalChosen, TrafficSelectorsUnacceptable and what else the peer's
// notify says; PayloadMissing, ResponderChoseUnofferedTransform, ResponderWidenedTrafficSelectors, ModeUnacceptable.
base::Result<NegotiatedChild> check_child_answer(const sa::Sa& sa, const policy::Child& child,
                                                 const sa::ProposedChild& proposed, const wire::Payloads& answer);

// What the peer's refusal means.
base::Error refusal(const sa::ProposedChild& proposed, const wire::Notify& notify);

// Tells operators that the peer takes more of what was proposed, in a child of its own (ADDITIONAL_TS_POSSIBLE).
void heed_more_possible(sa::Step& step, const sa::ProposedChild& proposed, const wire::Payloads& answer);

// Once it is installed: a CPI that the peer did not want is free again.
void release_unused_cpi(sa::Step& step, const sa::ProposedChild& proposed, const NegotiatedChild& negotiated);

// Releases the SPI and CPI of a proposed child. Where the peer has the child (its answer carries an SA payload), it is
// told to delete it (RFC 7296 1.4.1).
void withdraw_child(sa::Step& step, const sa::ProposedChild& proposed, const wire::Payloads& answer);
// The peer will grant it later (RFC 7296 2.25): it is asked for again. False where it will not, or has been asked often
// enough.
bool postpone_child(sa::Step& step, const sa::ProposedChild& proposed, const base::Error& error);
// Postponed, or failed: then who asked for it is told, and everybody, unless the peer takes parts of it.
void fail_proposed_child(sa::Step& step, const sa::ProposedChild& proposed, const base::Error& error,
                         const wire::Payloads& answer);

// --- Responder of the exchange ---

// How much of what the peer wants a child for its configuration allows (RFC 7296 2.9).
enum class Share : std::uint8_t { some, first_choice, all };

struct AcceptedChild {
    NegotiatedChild child;
    std::uint8_t proposal_number = 1;
    Share share = Share::all;
    bool more_possible = false;  // selectors that it has not, in a child of their own
    bool tells_resource = false;
};

// Chooses the child of the connection that allows most of the request, the first of these. Errors:
// TrafficSelectorsUnacceptable, NoProposalChosen, ModeUnacceptable, each with both sides' view.
base::Result<AcceptedChild> accept_child(sa::Step& step, const wire::Payloads& request, bool first_child);
// This one or none.
base::Result<AcceptedChild> accept_child(sa::Step& step, const policy::Child& child, const wire::Payloads& request,
                                         bool first_child);

// [N(IPCOMP_SUPPORTED)], [N(USE_TRANSPORT_MODE)], [N(SA_RESOURCE_INFO)], SAr, [Nr, KEr], TSi, TSr,
// [N(ADDITIONAL_TS_POSSIBLE)]
void append_child_answer(const AcceptedChild& accepted, const FreshKeying& keying,
                         std::vector<wire::Payload>& payloads);

// A peer that authenticates again has the same child in another IKE SA, and does not take packets on this one before
// our answer: they go out on that one until it is removed, but no longer than late packets may take.
void defer_to_twin(const sa::Step& step, const sa::Established& phase, NegotiatedChild& child);

// --- Both ---

struct KeyingMaterial {
    base::ByteView nonce_i;  // of the exchange
    base::ByteView nonce_r;
    const sa::SharedSecrets* secrets = nullptr;  // of the child's own key exchanges
    bool initiator = true;                       // are we the exchange's initiator?
};

// Adds the child to the SA as `installing` and asks for its installation.
ike::ChildSaId install_child(sa::Step& step, sa::Established& established, NegotiatedChild child,
                             const KeyingMaterial& material);

base::Bytes spi_bytes(ike::EspSpi spi);
// Of 4 bytes, as every SPI is that has come so far. Error: NoProposalChosen for 0, which is nobody's, and 1..255, which
// are IANA's (RFC 4303 2.1, RFC 4302 2.4).
base::Result<ike::EspSpi> read_spi(const base::Bytes& bytes);

// Gives SPI and CPI back, of a child that does not come up or has gone.
void release(sa::Step& step, ike::EspSpi spi_in, std::optional<ike::Cpi> cpi_in);

// What of a child's proposals is negotiated: in IKE_AUTH, without key exchanges (RFC 7296 1.2); through a NAT, ESP
// only. Error: NoProposalChosen if that leaves nothing.
base::Result<std::vector<policy::Proposal>> proposals_of(const sa::Sa& sa, const policy::Child& child,
                                                         bool first_child);

}  // namespace xfrmd::ikev2::exchange
