// The Security Association payload as a value (RFC 7296 3.3): proposals of transforms of attributes, with every number
// as it came. Whether a proposal makes sense is policy's question (policy/proposal.h), not the wire's.
#pragma once

#include <cstdint>
#include <vector>

#include "ike/base/bytes.h"
#include "ike/policy/transform.h"

namespace xfrmd::ikev2::wire {

inline constexpr std::size_t kMaxProposals = 255;        // RFC 7296 3.3.1: the number is one byte
inline constexpr std::size_t kMaxTransforms = 1024;      // in one SA payload; at most 255 in one proposal (3.3.1)
inline constexpr std::size_t kMaxOtherAttributes = 256;  // in one SA payload, Key Length not counted

inline constexpr std::uint16_t kKeyLengthAttribute = 14;  // RFC 7296 3.3.5

// RFC 7296 3.3.5. Short attributes (TV) keep their value as two bytes.
struct Attribute {
    std::uint16_t type = 0;  // 15 bits
    bool is_short = true;
    base::Bytes value;
    friend bool operator==(const Attribute&, const Attribute&) = default;
};

// RFC 7296 3.3.2. `transform.key_bits` mirrors the first well-formed Key Length attribute (short form, not 0). Every
// other attribute, a malformed or repeated Key Length included, stands in `others`: such a transform must not be chosen
// (3.3.6).
struct TransformSubstructure {
    policy::Transform transform;
    std::vector<Attribute> others;
    friend bool operator==(const TransformSubstructure&, const TransformSubstructure&) = default;
};

// RFC 7296 3.3.1. SPI: 0 or 8 bytes for IKE, 4 for AH and ESP, anything for a protocol we do not know.
struct ProposalSubstructure {
    std::uint8_t number = 1;
    policy::ProtocolId protocol = policy::ProtocolId::ike;
    base::Bytes spi;
    std::vector<TransformSubstructure> transforms;  // 1..255
    friend bool operator==(const ProposalSubstructure&, const ProposalSubstructure&) = default;
};

// RFC 7296 3.3. Never empty when decoded, each number one more than the one before; the first is 1 in an offer and the
// chosen one's in an answer, which the wire cannot tell apart.
struct SecurityAssociation {
    std::vector<ProposalSubstructure> proposals;
    friend bool operator==(const SecurityAssociation&, const SecurityAssociation&) = default;
};

}  // namespace xfrmd::ikev2::wire
