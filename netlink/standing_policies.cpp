#include "netlink/standing_policies.h"

namespace xfrmd::netlink {

KernelResult<Claimant> StandingPolicies::put(Rank rank, const std::vector<PolicySpec>& policies) {
    const Claimant claimant = books_.new_claimant();
    books_.standing.emplace(claimant, policies);
    std::vector<Change> changes;
    for (std::uint32_t number = 0; number < policies.size(); ++number) {
        const Place place = books_.policies.enter(policies[number].id);
        auto change = books_.claim(place, {claimant, number, rank}, policies[number]);
        if (change) changes.push_back(std::move(*change));
    }
    const auto results = books_.apply(changes);
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i]) continue;
        KernelError error = named(changes[i], results[i].error());
        if (const auto undone = take_away(claimant, policies); !undone) error.text += "; then " + undone.error().text;
        return tl::unexpected<KernelError>(std::move(error));
    }
    for (const PolicySpec& policy : policies) books_.settle(claimant, policy.id);
    return claimant;
}

KernelResult<void> StandingPolicies::take_away(Claimant claimant, const std::vector<PolicySpec>& policies) {
    std::vector<Change> changes;
    for (const PolicySpec& policy : policies) {
        if (auto change = books_.let_go(claimant, policy.id)) changes.push_back(std::move(*change));
    }
    books_.standing.erase(claimant);
    return books_.insist(changes);
}

}  // namespace xfrmd::netlink
