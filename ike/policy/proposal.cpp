#include "ike/policy/proposal.h"

#include <algorithm>

namespace xfrmd::policy {

namespace {

constexpr std::size_t kLongestText = 1024;

std::string_view name_of(ProtocolId protocol) {
    switch (protocol) {
        case ProtocolId::ike:
            return "IKE";
        case ProtocolId::ah:
            return "AH";
        case ProtocolId::esp:
            return "ESP";
        case ProtocolId::none:
            break;
    }
    return "PROTO";
}

// Stops soon after the limit: a peer's offer may hold thousands of transforms.
void append(std::string& text, const Proposal& proposal) {
    text += name_of(proposal.protocol);
    text += ':';
    for (std::size_t i = 0; i < proposal.transforms.size() && text.size() <= kLongestText; ++i) {
        if (i > 0) text += '/';
        text += to_string(proposal.transforms[i]);
    }
}

std::string cut(std::string text) {
    if (text.size() <= kLongestText) return text;
    text.resize(kLongestText);
    return text + "...";
}

}  // namespace

std::vector<Transform> Proposal::of(TransformType type) const {
    std::vector<Transform> found;
    for (const Transform& transform : transforms) {
        if (transform.type == type) found.push_back(transform);
    }
    return found;
}

bool Proposal::has(TransformType type) const {
    return std::any_of(transforms.begin(), transforms.end(),
                       [type](const Transform& transform) { return transform.type == type; });
}

bool Proposal::has_additional_key_exchange() const {
    return std::any_of(transforms.begin(), transforms.end(),
                       [](const Transform& transform) { return additional_key_exchange_number(transform.type) != 0; });
}

std::vector<KeyExchangeId> Proposal::key_exchanges() const {
    std::vector<Transform> sorted = transforms;
    std::sort(sorted.begin(), sorted.end());
    std::vector<KeyExchangeId> methods;
    for (const Transform& transform : sorted) {
        const auto method = static_cast<KeyExchangeId>(transform.id);
        if (is_key_exchange(transform.type) && method != KeyExchangeId::none) methods.push_back(method);
    }
    return methods;
}

bool Proposal::is_quantum_resistant() const {
    const auto methods = key_exchanges();
    return std::any_of(methods.begin(), methods.end(), policy::is_quantum_resistant);
}

Proposal Proposal::without_key_exchange() const {
    Proposal rest = *this;
    std::erase_if(rest.transforms, [](const Transform& transform) { return is_key_exchange(transform.type); });
    return rest;
}

std::string Proposal::to_string() const {
    std::string text;
    append(text, *this);
    return cut(std::move(text));
}

std::string to_string(const std::vector<Proposal>& proposals) {
    std::string text;
    for (std::size_t i = 0; i < proposals.size() && text.size() <= kLongestText; ++i) {
        if (i > 0) text += "; ";
        append(text, proposals[i]);
    }
    return cut(std::move(text));
}

}  // namespace xfrmd::policy
