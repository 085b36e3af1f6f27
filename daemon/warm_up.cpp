#include "daemon/warm_up.h"

#include <algorithm>
#include <utility>

#include "daemon/esp_algorithms.h"
#include "ike/crypto/suite.h"
#include "netlink/features.h"

namespace xfrmd::daemon {

namespace {

using policy::Proposal;
using policy::Transform;
using policy::TransformType;

// Every cipher with every MAC that may come with it, as a choice of one each.
std::vector<Proposal> choices_of(const Proposal& proposal) {
    std::vector<Proposal> choices{{proposal.protocol, {}}};
    for (const TransformType type : {TransformType::encryption, TransformType::integrity}) {
        if (!proposal.has(type)) continue;
        std::vector<Proposal> longer;
        for (const Proposal& choice : choices) {
            for (const Transform& transform : proposal.of(type)) {
                longer.push_back(choice);
                longer.back().transforms.push_back(transform);
            }
        }
        choices = std::move(longer);
    }
    return choices;
}

base::Result<netlink::Algorithms> algorithms_of(const Proposal& choice) {
    const auto suite = crypto::ChildSuite::of(choice);
    if (!suite) return tl::unexpected(suite.error());
    return to_kernel(*suite, base::SecretBytes(suite->encryption_key_bytes()),
                     base::SecretBytes(suite->integrity_key_bytes()));
}

// Sizes of keys and ICVs are not among the things that have to be made.
std::string name_of(const netlink::Algorithms& algorithms) {
    const netlink::AlgorithmNames names = netlink::names_of(algorithms);
    if (names.cipher.empty()) return "ah " + names.mac;
    return names.mac.empty() ? names.cipher : names.cipher + "/" + names.mac;
}

}  // namespace

// To be tried in one go.
struct WarmUp::Candidates {
    std::vector<netlink::Algorithms> algorithms;
    std::vector<std::map<std::string, bool>::iterator> outcomes;  // where to note how it went
    std::vector<std::string> choices;                             // for people

    void add(const Proposal& proposal, std::map<std::string, bool>& tried) {
        for (const Proposal& choice : choices_of(proposal)) {
            auto known = algorithms_of(choice);
            if (!known) continue;
            const auto outcome = tried.try_emplace(name_of(*known)).first;
            const bool is_candidate = std::find(outcomes.begin(), outcomes.end(), outcome) != outcomes.end();
            if (outcome->second || is_candidate) continue;
            algorithms.push_back(std::move(*known));
            outcomes.push_back(outcome);
            choices.push_back(choice.to_string());
        }
    }
};

std::vector<std::string> WarmUp::run(const policy::IndexedConfiguration& configuration) {
    Candidates candidates;
    const std::vector<Proposal>* last = nullptr;
    for (const policy::Connection& connection : configuration.connections()) {
        for (const policy::Child& child : connection.children) {
            for (const auto* proposals : {&child.esp_proposals, &child.ah_proposals}) {
                // Thousands of connections are often alike.
                if (proposals->empty() || (last != nullptr && *last == *proposals)) continue;
                for (const Proposal& proposal : *proposals) candidates.add(proposal, tried_);
                last = proposals;
            }
        }
    }
    std::vector<std::string> missing;
    const auto results = netlink::warm_up(kernel_, std::move(candidates.algorithms));
    for (std::size_t i = 0; i < results.size(); ++i) {
        candidates.outcomes[i]->second = results[i].has_value();
        if (results[i]) continue;
        missing.push_back("this kernel does not take " + candidates.choices[i] +
                          ", children that agree on it will fail: " + results[i].error().text);
    }
    return missing;
}

}  // namespace xfrmd::daemon
