#include "ike/ikev2/exchange/offers.h"

#include <algorithm>

#include "ike/base/reader.h"
#include "ike/base/writer.h"

namespace xfrmd::ikev2::exchange {

namespace {

wire::ProposalSubstructure to_wire(const policy::Proposal& proposal, std::size_t number, const base::Bytes& spi) {
    wire::ProposalSubstructure out{static_cast<std::uint8_t>(number), proposal.protocol, spi, {}};
    for (const policy::Transform& transform : proposal.transforms) out.transforms.push_back({transform, {}});
    return out;
}

policy::Proposal from_wire(const wire::ProposalSubstructure& substructure) {
    policy::Proposal proposal{substructure.protocol, {}};
    for (const auto& transform : substructure.transforms) {
        proposal.transforms.push_back(transform.transform);
        // RFC 7296 3.3.6: an attribute we do not know makes the transform one we cannot choose; its type is still
        // offered.
        if (!transform.others.empty()) proposal.transforms.back().key_bits = policy::kUnusableKeyBits;
    }
    return proposal;
}

}  // namespace

wire::SecurityAssociation offer(const std::vector<policy::Proposal>& proposals, const base::Bytes& spi) {
    wire::SecurityAssociation sa;
    for (const policy::Proposal& proposal : proposals) {
        sa.proposals.push_back(to_wire(proposal, sa.proposals.size() + 1, spi));
    }
    return sa;
}

std::vector<policy::OfferedProposal> offered(const wire::SecurityAssociation& sa, policy::ProtocolId protocol,
                                             std::size_t spi_size) {
    std::vector<policy::OfferedProposal> proposals;
    for (const auto& substructure : sa.proposals) {
        if (substructure.protocol != protocol || substructure.spi.size() != spi_size) continue;
        proposals.push_back({substructure.number, from_wire(substructure)});
    }
    return proposals;
}

wire::SecurityAssociation answer(const policy::ChosenProposal& chosen, const base::Bytes& spi) {
    return {{to_wire(chosen.proposal, chosen.number, spi)}};
}

base::Result<Answered> check_answer(const wire::SecurityAssociation& sa,
                                    const std::vector<policy::Proposal>& offered_by_us, std::size_t spi_size) {
    // RFC 7296 3.3: the answer is a single proposal; its number names the one of ours that was chosen (3.3.1).
    if (sa.proposals.size() != 1) {
        return base::fail(base::Reason::ResponderChoseUnofferedTransform, "the answer is not a single proposal");
    }
    const wire::ProposalSubstructure& chosen = sa.proposals.front();
    if (chosen.number == 0 || chosen.number > offered_by_us.size() || chosen.spi.size() != spi_size) {
        return base::fail(base::Reason::ResponderChoseUnofferedTransform, "proposal number or SPI size is wrong");
    }
    for (const auto& transform : chosen.transforms) {
        if (!transform.others.empty()) {
            return base::fail(base::Reason::ResponderChoseUnofferedTransform, "a transform has an unknown attribute");
        }
    }
    policy::Proposal proposal = from_wire(chosen);
    const policy::Proposal& ours = offered_by_us[chosen.number - 1U];
    return policy::check_answer(proposal, ours).map([&] { return Answered{std::move(proposal), chosen.spi}; });
}

bool allows(const std::vector<policy::Proposal>& proposals, const policy::Proposal& chosen) {
    return std::any_of(proposals.begin(), proposals.end(), [&chosen](const policy::Proposal& proposal) {
        return policy::check_answer(chosen, proposal).has_value();
    });
}

bool offers(const std::vector<policy::Proposal>& proposals, policy::KeyExchangeId method) {
    return std::any_of(proposals.begin(), proposals.end(), [method](const policy::Proposal& proposal) {
        const auto methods = proposal.of(policy::TransformType::key_exchange);
        return std::find(methods.begin(), methods.end(), policy::transform(method)) != methods.end();
    });
}

base::Error wants_method(policy::KeyExchangeId method) {
    return {base::Reason::KeyExchangeMethodMismatch, "we want " + to_string(policy::transform(method)),
            base::Writer().u16(static_cast<std::uint16_t>(method)).take()};
}

std::optional<policy::KeyExchangeId> wanted_method(const wire::Notify& refusal,
                                                   const std::vector<policy::Proposal>& proposals) {
    base::Reader reader(refusal.data);
    const auto method = static_cast<policy::KeyExchangeId>(reader.u16());
    if (!reader.complete() || !offers(proposals, method)) return std::nullopt;
    return method;
}

base::Bytes spi_of(const wire::SecurityAssociation& sa, std::uint8_t number) {
    for (const auto& proposal : sa.proposals) {
        if (proposal.number == number) return proposal.spi;
    }
    return {};
}

}  // namespace xfrmd::ikev2::exchange
