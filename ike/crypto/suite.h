// The negotiated algorithms of one IKE SA or one child SA, and what each of them needs. A Suite exists only for
// algorithms this build can run: everything that is not is refused here, before any key is derived (RFC 7296 3.3.5).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ike/base/result.h"
#include "ike/policy/proposal.h"

namespace xfrmd::crypto {

struct IkeSuite {
    policy::EncryptionId encryption{};
    std::uint16_t key_bits = 0;                    // 0 where the cipher has one size only
    std::optional<policy::IntegrityId> integrity;  // none with an AEAD
    policy::PrfId prf{};
    policy::KeyExchangeId key_exchange{};
    std::vector<policy::KeyExchangeId> additional = {};  // RFC 9370: after it, in this order

    bool is_aead() const { return !integrity; }
    // Error: AlgorithmUnavailable or NoProposalChosen (a type is missing).
    static base::Result<IkeSuite> of(const policy::Proposal& chosen);
};

struct ChildSuite {
    policy::ProtocolId protocol = policy::ProtocolId::esp;  // or ah
    std::optional<policy::EncryptionId> encryption;         // none with AH
    std::uint16_t key_bits = 0;
    std::optional<policy::IntegrityId> integrity;  // none with an AEAD, never none with AH
    bool esn = false;
    std::optional<policy::KeyExchangeId> key_exchange;
    std::vector<policy::KeyExchangeId> additional = {};  // as of IkeSuite

    // Errors: AlgorithmUnavailable, NoProposalChosen.
    static base::Result<ChildSuite> of(const policy::Proposal& chosen);
    // Bytes of keying material in one direction: key (with an AEAD's or CTR's salt) and integrity key (RFC 7296 2.17).
    std::size_t encryption_key_bytes() const;
    std::size_t integrity_key_bytes() const;
};

// Can this build run the transform in an IKE SA (or, for esp and ah, can it derive keys for it)? Every default must.
bool is_available(policy::ProtocolId protocol, const policy::Transform& transform);

// Bytes of key for the cipher including the salt that IKE and ESP take from the keying material: 4 with GCM, CTR and
// ChaCha20-Poly1305 (RFC 4106 8.1, RFC 3686 5.1, RFC 7634 2), 3 with CCM (RFC 4309 7.1).
std::size_t key_bytes(policy::EncryptionId encryption, std::uint16_t key_bits);
std::size_t salt_bytes(policy::EncryptionId encryption);
std::size_t key_bytes(policy::IntegrityId integrity);
std::size_t icv_bytes(policy::IntegrityId integrity);  // truncated length on the wire

}  // namespace xfrmd::crypto
