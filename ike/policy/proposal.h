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
    // RFC 9370: of any of the seven types, whether NONE or not.
    bool has_additional_key_exchange() const;
    // Of a choice: what its keys are made with, NONE left out, in the order in which it takes place.
    std::vector<KeyExchangeId> key_exchanges() const;
    // One of these at least is (see transform.h).
    bool is_quantum_resistant() const;
    // The same without its key exchange transforms: as a child of IKE_AUTH is negotiated (RFC 7296 1.2).
    Proposal without_key_exchange() const;
    // "IKE:AES_GCM_16_256/PRF_HMAC_SHA2_384/CURVE_25519"; cut at 1 KiB and marked with "...".
    std::string to_string() const;

    friend bool operator==(const Proposal&, const Proposal&) = default;
};

// A choice: exactly one transform of each type that the peer offered, as the answer must repeat them. That may be a
// NONE: integrity NONE beside an AEAD, key exchange NONE where it is optional.
struct ChosenProposal {
    std::uint8_t number = 1;  // the number of the peer's proposal, which the answer repeats (RFC 7296 3.3.1)
    Proposal proposal;        // at most one transform a type
};

struct OfferedProposal {
    std::uint8_t number = 1;
    Proposal proposal;
};

// The words of one proposal string, joined with "-", or "default" (which may give several). Rules are strongSwan's: an
// IKE proposal without a PRF derives it from its integrity algorithms, needs a key exchange, never mixes AEAD and other
// ciphers; ESP and AH get noesn where neither is named and drop PRFs, AH drops ciphers. Stricter than strongSwan:
// classic ESP ciphers need an integrity algorithm (RFC 8221 4), IKE takes neither null, des nor esn, AH no GMAC, which
// Linux has in ESP only, and an additional key exchange follows one that is not optional. Errors: ConfigurationInvalid
// or AlgorithmUnavailable, naming the word and what is wrong with it.
base::Result<std::vector<Proposal>> parse_proposal(ProtocolId protocol, std::string_view text);

// Proposals of one SA payload: their numbers are one octet and count from 1 (RFC 7296 3.3.1).
inline constexpr std::size_t kMostProposals = 255;

// What "default" stands for: strongSwan's defaults, less Camellia in IKE. A child that names no proposals has ESP's.
std::vector<Proposal> default_proposals(ProtocolId protocol);

// The first of `ours` that has a common choice with any of `offered`, in our order of preference (strongSwan's
// prefer_configured_proposals). A missing optional type is the same as NONE (RFC 7296 3.3.3), a missing ESN as no ESN.
// Malformed offers (no DH or PRF for IKE, AEAD with integrity, ESP without encryption, a type that the protocol does
// not have) are skipped. No key exchange method is chosen twice (RFC 9370 2.2.1). A transform with an attribute that
// nobody understands must never be chosen (3.3.6): the caller passes it with kUnusableKeyBits. Error: NoProposalChosen,
// with both sides' proposals in the detail.
inline constexpr std::uint16_t kUnusableKeyBits = 65535;
base::Result<ChosenProposal> choose(const std::vector<Proposal>& ours, const std::vector<OfferedProposal>& offered);

// Is `answer` a choice that `offered` allows: one transform of each offered type, each of them offered, none invented?
// A NONE or no-ESN that was offered may be left out, and no additional key exchange method stands twice (RFC 9370
// 2.2.1). As initiator (RFC 7296 3.3.6). Error:
// ResponderChoseUnofferedTransform.
base::Result<void> check_answer(const Proposal& answer, const Proposal& offered);

// Joined with "; ", cut at 1 KiB and marked with "...".
std::string to_string(const std::vector<Proposal>& proposals);

}  // namespace xfrmd::policy
