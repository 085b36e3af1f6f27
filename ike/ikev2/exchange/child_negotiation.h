// Negotiating a child SA, the part that IKE_AUTH and CREATE_CHILD_SA share (RFC 7296 1.2, 1.3.1, 2.7, 2.9, 2.17): what
// is proposed, what is accepted, and the installation that follows from it.
#pragma once

#include <vector>

#include "ike/ikev2/sa/sa.h"

namespace xfrmd::ikev2::exchange {

// --- Initiator of the exchange ---

// Takes an SPI and resolves the child's selectors against the IKE SA's addresses.
sa::ProposedChild propose_child(sa::Step& step, const policy::Child& child, ike::OperationId operation);

// [N(USE_TRANSPORT_MODE)], SA, [Ni, KEi], TSi, TSr. In IKE_AUTH there is no nonce and no key exchange.
struct FreshKeying {
    const base::Bytes* nonce = nullptr;
    const crypto::KeyExchange* key_exchange = nullptr;
};
void append_child_request(const policy::Child& child, const sa::ProposedChild& proposed, const FreshKeying& keying,
                          std::vector<wire::Payload>& payloads);

// What both sides agreed on; keys come later.
struct NegotiatedChild {
    std::string name;
    policy::Mode mode = policy::Mode::tunnel;
    policy::Proposal proposal;
    crypto::ChildSuite suite;
    ike::EspSpi spi_in{};
    ike::EspSpi spi_out{};
    policy::TrafficSelectors local_ts;
    policy::TrafficSelectors remote_ts;
    ike::OperationId operation{};
};

// Checks the answer to `proposed`. `first_child`: in IKE_AUTH no key exchange is negotiated.
// Errors: NoProposalChosen, TrafficSelectorsUnacceptable and what else the peer's notify says; PayloadMissing,
// ResponderChoseUnofferedTransform, ResponderWidenedTrafficSelectors, ModeUnacceptable.
base::Result<NegotiatedChild> check_child_answer(const policy::Child& child, const sa::ProposedChild& proposed,
                                                 const wire::Payloads& answer, bool first_child);

// Gives a proposed child up: releases its SPI, tells who asked for it. Where the peer has the child (its answer carries
// an SA payload), it is told to delete it (RFC 7296 1.4.1).
void fail_proposed_child(sa::Step& step, const sa::ProposedChild& proposed, const base::Error& error,
                         const wire::Payloads& answer);

// --- Responder of the exchange ---

struct AcceptedChild {
    NegotiatedChild child;
    std::uint8_t proposal_number = 1;
};

// Chooses the first child of the connection that fits the request. Errors: TrafficSelectorsUnacceptable,
// NoProposalChosen, ModeUnacceptable, each with both sides' view.
base::Result<AcceptedChild> accept_child(sa::Step& step, const wire::Payloads& request, bool first_child);

// SAr, [Nr, KEr], TSi, TSr, [N(USE_TRANSPORT_MODE)]
void append_child_answer(const AcceptedChild& accepted, const FreshKeying& keying,
                         std::vector<wire::Payload>& payloads);

// --- Both ---

struct KeyingMaterial {
    base::ByteView nonce_i;  // of the exchange
    base::ByteView nonce_r;
    const base::SecretBytes* shared_secret = nullptr;  // of the child's own key exchange
    bool initiator = true;                             // are we the exchange's initiator?
};

// Adds the child to the SA as `installing` and asks for its installation.
ike::ChildSaId install_child(sa::Step& step, sa::Established& established, NegotiatedChild child,
                             const KeyingMaterial& material);

base::Bytes spi_bytes(ike::EspSpi spi);

// What of a child's proposals is negotiated: in IKE_AUTH, without key exchanges (RFC 7296 1.2).
std::vector<policy::Proposal> proposals_of(const policy::Child& child, bool first_child);

// With `dynamic` selectors taking the address of the IKE SA at that end.
policy::TrafficSelectors resolve(const std::vector<policy::ConfiguredSelector>& configured, const base::Address& host);

}  // namespace xfrmd::ikev2::exchange
