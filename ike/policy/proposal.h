// Proposals: what an operator wrote, what a peer offers, and the choice between them (RFC 7296 2.7, 3.3; strongSwan's
// proposal strings, rules and defaults). Pure values; the wire form is ikev2/wire's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/result.h"
#include "ike/policy/transform.h"

namespace xfrmd::policy {

// The transforms in order of preference; several of one type are alternatives.
struct Proposal {
    ProtocolId protocol = ProtocolId::ike;
    std::vector<Transform> transforms;

    std::vector<Transform> of(TransformType type) const;
    bool has(TransformType type) const;
    // The same without its key exchange transforms: as a child of IKE_AUTH is negotiated (RFC 7296 1.2).
    Proposal without_key_exchange() const;
    std::string to_string() const;  // "IKE:AES_GCM_16_256/PRF_HMAC_SHA2_384/CURVE_25519"

    friend bool operator==(const Proposal&, const Proposal&) = default;
};

// A choice: exactly one transform of each type that was negotiated (none of a type that was not).
struct ChosenProposal {
    std::uint8_t number = 1;  // the number of the peer's proposal, which the answer repeats (RFC 7296 3.3.1)
    Proposal proposal;        // at most one transform a type
};

struct OfferedProposal {
    std::uint8_t number = 1;
    Proposal proposal;
};

// The words of one proposal string, joined with "-", or "default" (which may give several). Rules are strongSwan's: an IKE
// proposal without a PRF derives it from its integrity algorithms, needs a key exchange, never mixes AEAD and other ciphers;
// ESP gets noesn where neither is named. Errors: ConfigurationInvalid naming the word and what is wrong with it.
base::Result<std::vector<Proposal>> parse_proposal(ProtocolId protocol, std::string_view text);

// What is offered and accepted where nothing is configured: strongSwan's defaults, less what `weak()` names.
std::vector<Proposal> default_proposals(ProtocolId protocol);

// The first of `ours` that has a common choice with any of `offered`, in our order of preference (strongSwan's
// prefer_configured_proposals). Malformed offers (RFC 7296 3.3.3: no DH or PRF for IKE, AEAD with integrity, ESP without
// encryption) are skipped. Error: NoProposalChosen, with both sides' proposals in the detail.
base::Result<ChosenProposal> choose(const std::vector<Proposal>& ours, const std::vector<OfferedProposal>& offered);

// Is `answer` a choice that `offered` allows: one transform of each offered type, each of them offered, none invented?
// As initiator (RFC 7296 3.3.6). Error: ResponderChoseUnofferedTransform.
base::Result<void> check_answer(const Proposal& answer, const Proposal& offered);

std::string to_string(const std::vector<Proposal>& proposals);

}  // namespace xfrmd::policy
