#include "ike/crypto/suite.h"

#include "ike/crypto/cipher_table.h"
#include "ike/crypto/key_exchange.h"
#include "ike/crypto/mac_table.h"
#include "ike/crypto/prf.h"

namespace xfrmd::crypto {

using base::Reason;
using base::Result;
using policy::EncryptionId;
using policy::IntegrityId;
using policy::KeyExchangeId;
using policy::ProtocolId;
using policy::Transform;
using policy::TransformType;

namespace {

// The one transform of a type in a choice, nullptr for none. Errors: AlgorithmUnavailable, NoProposalChosen (several).
Result<const Transform*> single(const policy::Proposal& chosen, TransformType type) {
    const Transform* found = nullptr;
    for (const Transform& transform : chosen.transforms) {
        if (transform.type != type) continue;
        if (found != nullptr) return base::fail(Reason::NoProposalChosen, "two transforms of one type are no choice");
        if (!is_available(chosen.protocol, transform)) {
            return base::fail(Reason::AlgorithmUnavailable, policy::to_string(transform));
        }
        found = &transform;
    }
    return found;
}

Result<const Transform*> required(const policy::Proposal& chosen, TransformType type, const char* what) {
    auto found = single(chosen, type);
    if (found && *found == nullptr) return base::fail(Reason::NoProposalChosen, std::string("no ") + what);
    return found;
}

// RFC 7296 3.3.3: an AEAD brings its own integrity, every other cipher needs a transform for it. Unauthenticated
// encryption is refused although RFC 4303 knows it.
Result<std::optional<IntegrityId>> integrity_for(EncryptionId encryption, const policy::Proposal& chosen) {
    const auto found = single(chosen, TransformType::integrity);
    if (!found) return tl::unexpected(found.error());
    const auto id = *found == nullptr ? IntegrityId::none : static_cast<IntegrityId>((*found)->id);
    const CipherTraits* const cipher = find_cipher(encryption);
    if (cipher != nullptr && cipher->kind == CipherKind::aead) {
        if (id != IntegrityId::none) return base::fail(Reason::NoProposalChosen, "integrity beside an AEAD");
        return std::nullopt;
    }
    if (id == IntegrityId::none) return base::fail(Reason::NoProposalChosen, "no integrity algorithm");
    return id;
}

bool is_child_protocol(ProtocolId protocol) { return protocol == ProtocolId::esp || protocol == ProtocolId::ah; }

bool is_available_cipher(ProtocolId protocol, const Transform& transform) {
    const CipherTraits* const cipher = find_cipher(static_cast<EncryptionId>(transform.id));
    if (cipher == nullptr || protocol == ProtocolId::ah || !cipher->accepts(transform.key_bits)) return false;
    return protocol == ProtocolId::ike ? cipher->in_ike() : cipher->in_esp;
}

// RFC 4302 2.6: AH without an ICV is nothing.
bool is_available_integrity(ProtocolId protocol, IntegrityId id) {
    if (id == IntegrityId::none) return protocol != ProtocolId::ah;
    return find_integrity(id) != nullptr;
}

bool is_available_key_exchange(ProtocolId protocol, TransformType type, KeyExchangeId id) {
    // RFC 7296 3.3.2: NONE is a child's way to say that its key exchange is optional. RFC 9370 2.2.1: as an additional
    // one always is, if so offered.
    if (id == KeyExchangeId::none) return is_child_protocol(protocol) || type != TransformType::key_exchange;
    return public_value_bytes(id) != 0;
}

Result<std::vector<KeyExchangeId>> additional_key_exchanges(const policy::Proposal& chosen) {
    std::vector<KeyExchangeId> methods;
    for (unsigned which = 1; which <= policy::kAdditionalKeyExchanges; ++which) {
        const auto found = single(chosen, policy::additional_key_exchange(which));
        if (!found) return tl::unexpected(found.error());
        const auto id = *found == nullptr ? KeyExchangeId::none : static_cast<KeyExchangeId>((*found)->id);
        if (id != KeyExchangeId::none) methods.push_back(id);
    }
    return methods;
}

Result<ChildSuite> esp_algorithms(const policy::Proposal& chosen) {
    const auto encryption = required(chosen, TransformType::encryption, "encryption algorithm");
    if (!encryption) return tl::unexpected(encryption.error());
    const auto id = static_cast<EncryptionId>((*encryption)->id);
    const auto integrity = integrity_for(id, chosen);
    if (!integrity) return tl::unexpected(integrity.error());
    return ChildSuite{ProtocolId::esp, id, (*encryption)->key_bits, *integrity, false, std::nullopt, {}};
}

// RFC 7296 3.3.3: integrity and ESN, no encryption.
Result<ChildSuite> ah_algorithms(const policy::Proposal& chosen) {
    if (chosen.has(TransformType::encryption)) return base::fail(Reason::NoProposalChosen, "encryption in AH");
    const auto integrity = required(chosen, TransformType::integrity, "integrity algorithm");
    if (!integrity) return tl::unexpected(integrity.error());
    const auto id = static_cast<IntegrityId>((*integrity)->id);
    return ChildSuite{ProtocolId::ah, std::nullopt, 0, id, false, std::nullopt, {}};
}

}  // namespace

Result<IkeSuite> IkeSuite::of(const policy::Proposal& chosen) {
    const auto encryption = required(chosen, TransformType::encryption, "encryption algorithm");
    if (!encryption) return tl::unexpected(encryption.error());
    const auto encryption_id = static_cast<EncryptionId>((*encryption)->id);
    const auto integrity = integrity_for(encryption_id, chosen);
    if (!integrity) return tl::unexpected(integrity.error());
    const auto prf = required(chosen, TransformType::prf, "PRF");
    if (!prf) return tl::unexpected(prf.error());
    const auto key_exchange = required(chosen, TransformType::key_exchange, "key exchange method");
    if (!key_exchange) return tl::unexpected(key_exchange.error());
    auto additional = additional_key_exchanges(chosen);
    if (!additional) return tl::unexpected(additional.error());
    return IkeSuite{encryption_id,
                    (*encryption)->key_bits,
                    *integrity,
                    static_cast<policy::PrfId>((*prf)->id),
                    static_cast<KeyExchangeId>((*key_exchange)->id),
                    *std::move(additional)};
}

Result<ChildSuite> ChildSuite::of(const policy::Proposal& chosen) {
    auto algorithms = chosen.protocol == ProtocolId::ah ? ah_algorithms(chosen) : esp_algorithms(chosen);
    if (!algorithms) return tl::unexpected(algorithms.error());
    const auto esn = single(chosen, TransformType::esn);
    if (!esn) return tl::unexpected(esn.error());
    const auto key_exchange = single(chosen, TransformType::key_exchange);
    if (!key_exchange) return tl::unexpected(key_exchange.error());

    auto additional = additional_key_exchanges(chosen);
    if (!additional) return tl::unexpected(additional.error());

    ChildSuite suite = *algorithms;
    suite.additional = *std::move(additional);
    suite.esn = *esn != nullptr && (*esn)->id == static_cast<std::uint16_t>(policy::Esn::yes);
    if (*key_exchange != nullptr && (*key_exchange)->id != static_cast<std::uint16_t>(KeyExchangeId::none)) {
        suite.key_exchange = static_cast<KeyExchangeId>((*key_exchange)->id);
    }
    return suite;
}

std::size_t ChildSuite::encryption_key_bytes() const { return encryption ? key_bytes(*encryption, key_bits) : 0; }

std::size_t ChildSuite::integrity_key_bytes() const { return integrity ? key_bytes(*integrity) : 0; }

bool is_available(ProtocolId protocol, const Transform& transform) {
    if (protocol != ProtocolId::ike && !is_child_protocol(protocol)) return false;
    if (transform.type == TransformType::encryption) return is_available_cipher(protocol, transform);
    if (transform.key_bits != 0) return false;  // RFC 7296 3.3.5: only ciphers take a Key Length here
    switch (transform.type) {
        case TransformType::prf:
            return protocol == ProtocolId::ike && find_prf(static_cast<policy::PrfId>(transform.id)) != nullptr;
        case TransformType::integrity:
            return is_available_integrity(protocol, static_cast<IntegrityId>(transform.id));
        case TransformType::esn:
            return is_child_protocol(protocol) && transform.id <= static_cast<std::uint16_t>(policy::Esn::yes);
        default:
            return policy::is_key_exchange(transform.type) &&
                   is_available_key_exchange(protocol, transform.type, static_cast<KeyExchangeId>(transform.id));
    }
}

std::size_t key_bytes(EncryptionId encryption, std::uint16_t key_bits) {
    const CipherTraits* const cipher = find_cipher(encryption);
    return cipher == nullptr ? 0 : cipher->cipher_key_bytes(key_bits) + cipher->salt_bytes;
}

std::size_t salt_bytes(EncryptionId encryption) {
    const CipherTraits* const cipher = find_cipher(encryption);
    return cipher == nullptr ? 0 : cipher->salt_bytes;
}

std::size_t key_bytes(IntegrityId integrity) {
    const IntegrityTraits* const traits = find_integrity(integrity);
    return traits == nullptr ? 0 : traits->key_bytes;
}

std::size_t icv_bytes(IntegrityId integrity) {
    const IntegrityTraits* const traits = find_integrity(integrity);
    return traits == nullptr ? 0 : traits->icv_bytes;
}

}  // namespace xfrmd::crypto
