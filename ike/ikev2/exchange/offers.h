// Between proposals as policy knows them and the SA payload on the wire (RFC 7296 3.3).
#pragma once

#include <optional>
#include <vector>

#include "ike/ikev2/wire/payloads.h"
#include "ike/policy/proposal.h"

namespace xfrmd::ikev2::exchange {

// Proposals numbered from 1 in their order, each with the same SPI (empty in IKE_SA_INIT).
wire::SecurityAssociation offer(const std::vector<policy::Proposal>& proposals, const base::Bytes& spi);

// The peer's proposals for `protocol` whose SPI has `spi_size` bytes. Transforms with attributes we do not know stand
// in them as ones that cannot be chosen (RFC 7296 3.3.6).
std::vector<policy::OfferedProposal> offered(const wire::SecurityAssociation& sa, policy::ProtocolId protocol,
                                             std::size_t spi_size);

wire::SecurityAssociation answer(const policy::ChosenProposal& chosen, const base::Bytes& spi);

// The one proposal of an answer, checked against what was offered. Error: ResponderChoseUnofferedTransform.
struct Answered {
    policy::Proposal proposal;
    base::Bytes spi;
};
base::Result<Answered> check_answer(const wire::SecurityAssociation& sa,
                                    const std::vector<policy::Proposal>& offered_by_us, std::size_t spi_size);

// Is what was chosen once still a choice that one of these allows?
bool allows(const std::vector<policy::Proposal>& proposals, const policy::Proposal& chosen);

// Does any of our proposals have this key exchange method?
bool offers(const std::vector<policy::Proposal>& proposals, policy::KeyExchangeId method);
// RFC 7296 1.3, 3.4: what a key exchange value of another method than the chosen one is answered with.
base::Error wants_method(policy::KeyExchangeId method);
// And what such an answer, INVALID_KE_PAYLOAD, asks for; nothing where it cannot be read or is not of our proposals.
std::optional<policy::KeyExchangeId> wanted_method(const wire::Notify& refusal,
                                                   const std::vector<policy::Proposal>& proposals);

// The SPI of the peer's proposal with this number.
base::Bytes spi_of(const wire::SecurityAssociation& sa, std::uint8_t number);

}  // namespace xfrmd::ikev2::exchange
