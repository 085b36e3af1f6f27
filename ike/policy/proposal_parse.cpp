// Proposal strings: words to transforms, then the rules of the protocol.

#include <algorithm>

#include "ike/policy/keyword.h"
#include "ike/policy/proposal.h"

namespace xfrmd::policy {

namespace {

using base::Reason;
using base::Result;

void add(Proposal& proposal, const Transform& transform) {
    const auto& known = proposal.transforms;
    if (std::find(known.begin(), known.end(), transform) == known.end()) proposal.transforms.push_back(transform);
}

void drop(Proposal& proposal, TransformType type) {
    std::erase_if(proposal.transforms, [type](const Transform& transform) { return transform.type == type; });
}

std::string quoted(std::string_view word) { return "'" + base::printable(base::as_bytes(word), 64) + "'"; }

tl::unexpected<base::Error> unknown_word(std::string_view word) {
    if (word.empty()) return base::fail(Reason::ConfigurationInvalid, "empty word between the dashes");
    const std::string_view nearest = nearest_keyword(word);
    const std::string hint = nearest.empty() ? "" : ", did you mean " + quoted(nearest) + "?";
    return base::fail(Reason::ConfigurationInvalid, "unknown algorithm " + quoted(word) + hint);
}

bool is_gmac(const Transform& one) {
    return one.type == TransformType::encryption && one.id == transform(EncryptionId::null_aes_gmac).id;
}

// Empty where the keyword may stand in a proposal for the protocol.
std::string_view obstacle(const Keyword& keyword, ProtocolId protocol) {
    switch (keyword.support) {
        case Support::runs:
            break;
        case Support::in_ike:
            return protocol == ProtocolId::esp ? " is not supported by Linux in ESP" : "";
        case Support::in_esp:
            if (protocol == ProtocolId::ike) return " is for ESP only";
            // RFC 4543 9 has an integrity transform for it in AH, which takes the place of what is dropped otherwise.
            return protocol == ProtocolId::ah && is_gmac(keyword.transform) ? " is not supported by Linux in AH" : "";
        case Support::not_yet:
            return " is not yet supported";
        case Support::no_number:
            return " is known to strongSwan but not supported";
    }
    return "";
}

Result<Transform> transform_of(ProtocolId protocol, std::string_view word) {
    const auto additional = additional_word(word);
    const Keyword* keyword = find_keyword(additional ? additional->method : word);
    const bool is_misplaced = additional && keyword != nullptr && keyword->support != Support::no_number &&
                              keyword->transform.type != TransformType::key_exchange;
    if (keyword == nullptr || is_misplaced) return unknown_word(word);
    const std::string_view why = obstacle(*keyword, protocol);
    if (!why.empty()) return base::fail(Reason::AlgorithmUnavailable, quoted(word) + std::string(why));
    Transform transform = keyword->transform;
    if (additional) transform.type = additional->type;
    return transform;
}

Result<Proposal> transforms_of(ProtocolId protocol, std::string_view text) {
    Proposal proposal{protocol, {}};
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t dash = std::min(text.find('-', start), text.size());
        const auto transform = transform_of(protocol, text.substr(start, dash - start));
        if (!transform) return tl::unexpected(transform.error());
        add(proposal, *transform);
        start = dash + 1;
    }
    return proposal;
}

PrfId prf_like(IntegrityId integrity) {
    switch (integrity) {
        case IntegrityId::hmac_md5_96:
        case IntegrityId::hmac_md5_128:
            return PrfId::hmac_md5;
        case IntegrityId::aes_xcbc_96:
            return PrfId::aes128_xcbc;
        case IntegrityId::aes_cmac_96:
            return PrfId::aes128_cmac;
        case IntegrityId::hmac_sha2_256_128:
        case IntegrityId::hmac_sha2_256_96:
            return PrfId::hmac_sha2_256;
        case IntegrityId::hmac_sha2_384_192:
            return PrfId::hmac_sha2_384;
        case IntegrityId::hmac_sha2_512_256:
            return PrfId::hmac_sha2_512;
        case IntegrityId::none:
        case IntegrityId::hmac_sha1_96:
        case IntegrityId::hmac_sha1_160:
            break;
    }
    return PrfId::hmac_sha1;
}

void derive_prf(Proposal& proposal) {
    for (const Transform& integrity : proposal.of(TransformType::integrity)) {
        add(proposal, transform(prf_like(static_cast<IntegrityId>(integrity.id))));
    }
}

tl::unexpected<base::Error> invalid(std::string sentence) {
    return base::fail(Reason::ConfigurationInvalid, std::move(sentence));
}

// RFC 7296 3.3: combined-mode and classic ciphers go into separate proposals, and only the latter take integrity
// algorithms.
Result<void> settle_ciphers(Proposal& proposal, std::string_view protocol) {
    const std::string name(protocol);
    const auto ciphers = proposal.of(TransformType::encryption);
    if (ciphers.empty()) return invalid(name + " needs an encryption algorithm");
    const auto combined =
        std::count_if(ciphers.begin(), ciphers.end(), [](const Transform& cipher) { return is_aead(cipher.id); });
    if (combined == 0) {
        if (proposal.has(TransformType::integrity)) return {};
        return invalid(name + " needs an integrity algorithm with " + to_string(ciphers.front()));
    }
    if (static_cast<std::size_t>(combined) < ciphers.size()) {
        return invalid("AEAD and classic ciphers cannot stand in one " + name + " proposal");
    }
    drop(proposal, TransformType::integrity);
    return {};
}

// RFC 9370 2.2.1: what may be NONE only is as good as not there; what is there follows a first key exchange.
Result<void> settle_additional(Proposal& proposal) {
    for (unsigned which = 1; which <= kAdditionalKeyExchanges; ++which) {
        const TransformType type = additional_key_exchange(which);
        if (proposal.of(type) == std::vector{transform(KeyExchangeId::none, type)}) drop(proposal, type);
    }
    const bool has_optional_first =
        !proposal.has(TransformType::key_exchange) ||
        std::ranges::find(proposal.transforms, transform(KeyExchangeId::none)) != proposal.transforms.end();
    if (!proposal.has_additional_key_exchange() || !has_optional_first) return {};
    return invalid("an additional key exchange needs a first one that is not optional, such as x25519");
}

Result<void> settle_ike(Proposal& proposal) {
    if (!proposal.has(TransformType::prf)) derive_prf(proposal);
    std::erase(proposal.transforms, transform(KeyExchangeId::none));
    if (proposal.has(TransformType::esn)) return invalid("esn and noesn are for ESP and AH");
    if (const auto settled = settle_ciphers(proposal, "IKE"); !settled) return settled;
    if (!proposal.has(TransformType::prf)) return invalid("IKE needs a PRF with an AEAD cipher, such as prfsha256");
    if (!proposal.has(TransformType::key_exchange)) return invalid("IKE needs a key exchange, such as x25519");
    return settle_additional(proposal);
}

void default_esn(Proposal& proposal) {
    if (!proposal.has(TransformType::esn)) add(proposal, transform(Esn::no));
}

Result<void> settle_esp(Proposal& proposal) {
    drop(proposal, TransformType::prf);
    default_esn(proposal);
    if (const auto settled = settle_ciphers(proposal, "ESP"); !settled) return settled;
    return settle_additional(proposal);
}

Result<void> settle_ah(Proposal& proposal) {
    drop(proposal, TransformType::prf);
    drop(proposal, TransformType::encryption);
    default_esn(proposal);
    if (!proposal.has(TransformType::integrity)) return invalid("AH needs an integrity algorithm");
    return settle_additional(proposal);
}

Result<void> settle(Proposal& proposal) {
    switch (proposal.protocol) {
        case ProtocolId::ike:
            return settle_ike(proposal);
        case ProtocolId::esp:
            return settle_esp(proposal);
        case ProtocolId::ah:
            return settle_ah(proposal);
        case ProtocolId::none:
            break;
    }
    return invalid("proposals are for IKE, ESP or AH");
}

tl::unexpected<base::Error> with_text(const base::Error& error, std::string_view text) {
    return base::fail(error.reason, "proposal " + quoted(text) + ": " + error.detail);
}

}  // namespace

Result<std::vector<Proposal>> parse_proposal(ProtocolId protocol, std::string_view text) {
    if (text == "default") return default_proposals(protocol);
    auto proposal = transforms_of(protocol, text);
    if (!proposal) return with_text(proposal.error(), text);
    if (const auto settled = settle(*proposal); !settled) return with_text(settled.error(), text);
    std::stable_sort(proposal->transforms.begin(), proposal->transforms.end(),
                     [](const Transform& a, const Transform& b) { return a.type < b.type; });
    return std::vector<Proposal>{*std::move(proposal)};
}

}  // namespace xfrmd::policy
