// Choosing among a peer's proposals, and checking a peer's choice among ours (RFC 7296 2.7, 3.3.3, 3.3.6).

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>

#include "ike/policy/key_exchange_choice.h"
#include "ike/policy/proposal.h"

namespace xfrmd::policy {

namespace {

using base::Reason;
using base::Result;

// RFC 7296 3.3.3: a type, and what its absence stands for. ESN is mandatory for ESP and AH, but a peer that leaves it
// out can only mean the sequence numbers that everybody has.
struct Rule {
    TransformType type{};
    std::optional<Transform> absent;
};

constexpr Rule kIkeRules[] = {
    {TransformType::encryption, std::nullopt},
    {TransformType::prf, std::nullopt},
    {TransformType::integrity, transform(IntegrityId::none)},
    {TransformType::key_exchange, std::nullopt},
};
constexpr Rule kEspRules[] = {
    {TransformType::encryption, std::nullopt},
    {TransformType::integrity, transform(IntegrityId::none)},
    {TransformType::key_exchange, transform(KeyExchangeId::none)},
    {TransformType::esn, transform(Esn::no)},
};
constexpr Rule kAhRules[] = {
    {TransformType::integrity, std::nullopt},
    {TransformType::key_exchange, transform(KeyExchangeId::none)},
    {TransformType::esn, transform(Esn::no)},
};

// RFC 9370 2.2.1: what is left out is NONE, with every protocol.
template <std::size_t kCount>
constexpr auto with_additional_key_exchanges(const Rule (&rules)[kCount]) {
    std::array<Rule, kCount + kAdditionalKeyExchanges> all{};
    std::copy(std::begin(rules), std::end(rules), all.begin());
    for (unsigned which = 1; which <= kAdditionalKeyExchanges; ++which) {
        const TransformType type = additional_key_exchange(which);
        all[kCount + which - 1] = {type, transform(KeyExchangeId::none, type)};
    }
    return all;
}
constexpr auto kAllIkeRules = with_additional_key_exchanges(kIkeRules);
constexpr auto kAllEspRules = with_additional_key_exchanges(kEspRules);
constexpr auto kAllAhRules = with_additional_key_exchanges(kAhRules);

std::span<const Rule> rules_of(ProtocolId protocol) {
    switch (protocol) {
        case ProtocolId::ike:
            return kAllIkeRules;
        case ProtocolId::esp:
            return kAllEspRules;
        case ProtocolId::ah:
            return kAllAhRules;
        case ProtocolId::none:
            break;
    }
    return {};
}

// The transforms of a proposal, sorted once so that each question costs a binary search: offers may be thousands long.
class Menu {
public:
    explicit Menu(const Proposal& proposal) : protocol_(proposal.protocol), sorted_(proposal.transforms) {
        std::sort(sorted_.begin(), sorted_.end());
    }

    ProtocolId protocol() const { return protocol_; }
    bool has(const Transform& transform) const { return std::binary_search(sorted_.begin(), sorted_.end(), transform); }
    std::span<const Transform> of(TransformType type) const {
        const auto begin = std::lower_bound(sorted_.begin(), sorted_.end(), Transform{type, 0, 0});
        const auto end = std::upper_bound(begin, sorted_.end(), Transform{type, 65535, 65535});
        return {begin, end};
    }
    bool has(TransformType type) const { return !of(type).empty(); }
    // Counting what a type's absence stands for.
    bool allows(const Rule& rule, const Transform& transform) const {
        return has(rule.type) ? has(transform) : rule.absent == transform;
    }
    bool well_formed() const { return types_fit() && aead_stands_alone(); }

private:
    // Every mandatory type is there, and none that the protocol does not have (RFC 7296 3.3.3, 3.3.6).
    bool types_fit() const {
        std::size_t known = 0;
        for (const Rule& rule : rules_of(protocol_)) {
            const std::size_t count = of(rule.type).size();
            if (count == 0 && !rule.absent) return false;
            known += count;
        }
        return known == sorted_.size() && known > 0;
    }
    // RFC 7296 3.3: an AEAD takes no integrity algorithm other than NONE.
    bool aead_stands_alone() const {
        const auto ciphers = of(TransformType::encryption);
        if (std::none_of(ciphers.begin(), ciphers.end(), [](const Transform& t) { return is_aead(t.id); })) return true;
        const auto integrity = of(TransformType::integrity);
        return std::all_of(integrity.begin(), integrity.end(),
                           [](const Transform& t) { return t == transform(IntegrityId::none); });
    }

    ProtocolId protocol_;
    std::vector<Transform> sorted_;
};

struct Offer {
    std::uint8_t number;
    Menu menu;
};

// In our order of preference.
std::vector<Transform> all_common(const Rule& rule, const Proposal& ours, const Menu& theirs) {
    std::vector<Transform> common;
    bool ours_has_type = false;
    for (const Transform& candidate : ours.transforms) {
        if (candidate.type != rule.type) continue;
        ours_has_type = true;
        if (theirs.allows(rule, candidate)) common.push_back(candidate);
    }
    if (!ours_has_type && rule.absent && theirs.allows(rule, *rule.absent)) common.push_back(*rule.absent);
    return common;
}

std::optional<Proposal> common(const Proposal& ours, const Menu& theirs) {
    if (ours.protocol != theirs.protocol()) return std::nullopt;
    std::vector<Transform> choices;
    std::vector<std::vector<Transform>> methods;
    for (const Rule& rule : rules_of(ours.protocol)) {
        auto choice = all_common(rule, ours, theirs);
        if (choice.empty()) return std::nullopt;
        if (is_key_exchange(rule.type)) {
            methods.push_back(std::move(choice));
        } else {
            choices.push_back(choice.front());
        }
    }
    const auto distinct = choose_distinct(methods);
    if (!distinct) return std::nullopt;
    choices.insert(choices.end(), distinct->begin(), distinct->end());
    // RFC 7296 3.3.6: the answer holds one transform of each type offered, and no other.
    std::erase_if(choices, [&](const Transform& choice) { return !theirs.has(choice.type); });
    std::ranges::stable_sort(choices, {}, &Transform::type);
    return Proposal{ours.protocol, std::move(choices)};
}

std::vector<Offer> usable(const std::vector<OfferedProposal>& offered) {
    std::vector<Offer> offers;
    offers.reserve(offered.size());
    for (const OfferedProposal& one : offered) {
        Offer offer{one.number, Menu(one.proposal)};
        if (offer.menu.well_formed()) offers.push_back(std::move(offer));
    }
    return offers;
}

std::string both_sides(const std::vector<Proposal>& ours, const std::vector<OfferedProposal>& offered) {
    // Enough to fill the text; what follows would be cut.
    constexpr std::size_t kMost = 128;
    std::vector<Proposal> theirs;
    for (std::size_t i = 0; i < std::min(offered.size(), kMost); ++i) theirs.push_back(offered[i].proposal);
    return "ours: " + to_string(ours) + " - peer offered: " + (theirs.empty() ? "nothing" : to_string(theirs));
}

tl::unexpected<base::Error> unoffered(std::string detail) {
    return base::fail(Reason::ResponderChoseUnofferedTransform, std::move(detail));
}

Result<void> check_type(const Rule& rule, const Menu& answer, const Menu& offered) {
    const auto chosen = answer.of(rule.type);
    if (chosen.size() > 1) return unoffered("more than one transform of a type: " + to_string(chosen[1]));
    if (chosen.size() == 1) {
        if (offered.has(chosen.front())) return {};
        return unoffered(to_string(chosen.front()));
    }
    if (!offered.has(rule.type) || (rule.absent && offered.has(*rule.absent))) return {};
    return unoffered("nothing of a type that was offered: " + to_string(offered.of(rule.type).front()));
}

// RFC 9370 2.2.1: "the responder's choice MUST NOT contain duplicated algorithms", but for NONE.
bool repeats_additional(const Proposal& answer) {
    std::vector<std::uint16_t> methods;
    for (const Transform& transform : answer.transforms) {
        const bool counts = additional_key_exchange_number(transform.type) != 0 &&
                            transform.id != static_cast<std::uint16_t>(KeyExchangeId::none);
        if (counts) methods.push_back(transform.id);
    }
    std::ranges::sort(methods);
    return std::ranges::adjacent_find(methods) != methods.end();
}

}  // namespace

Result<ChosenProposal> choose(const std::vector<Proposal>& ours, const std::vector<OfferedProposal>& offered) {
    const std::vector<Offer> offers = usable(offered);
    for (const Proposal& own : ours) {
        for (const Offer& offer : offers) {
            if (auto chosen = common(own, offer.menu)) return ChosenProposal{offer.number, *std::move(chosen)};
        }
    }
    return base::fail(Reason::NoProposalChosen, both_sides(ours, offered));
}

Result<void> check_answer(const Proposal& answer, const Proposal& offered) {
    if (answer.protocol != offered.protocol) return unoffered("another protocol: " + answer.to_string());
    const Menu answered(answer);
    const Menu menu(offered);
    std::size_t checked = 0;
    for (const Rule& rule : rules_of(offered.protocol)) {
        if (const auto result = check_type(rule, answered, menu); !result) return result;
        checked += answered.of(rule.type).size();
    }
    if (repeats_additional(answer)) return unoffered("a key exchange method twice: " + answer.to_string());
    if (checked == answer.transforms.size()) return {};
    return unoffered("a transform type that was not offered: " + answer.to_string());
}

}  // namespace xfrmd::policy
