#include "netlink/installer.h"

namespace xfrmd::netlink {

std::vector<Installer::Result> Installer::install(std::span<TunnelSpec> specs) { return installation_.run(specs); }

// The out policies are the last of a tunnel's.
KernelResult<void> Installer::use(const InstalledTunnel& tunnel) {
    const KeptTunnel* kept = books_.tunnels.find(tunnel.inbound);
    if (kept == nullptr || kept->tunnel.ids != tunnel || !kept->tunnel.defers_outbound) return {};
    const std::size_t in_use = policy_count(kept->tunnel);
    books_.tunnels.use(*kept);
    std::vector<Change> changes;
    for (std::size_t number = in_use; number < policy_count(kept->tunnel); ++number) {
        PolicySpec policy = policy_of(kept->tunnel, number);
        const Claim claim{kept->claimant, static_cast<std::uint32_t>(number), Rank::tunnel};
        const Place place = books_.policies.enter(policy.id);
        auto change = books_.claim(place, claim, std::move(policy));
        if (change) changes.push_back(std::move(*change));
    }
    const auto used = books_.insist(changes);
    for (std::size_t number = in_use; number < policy_count(kept->tunnel); ++number) {
        books_.settle(kept->claimant, policy_of(kept->tunnel, number).id);
    }
    return used;
}

KernelResult<void> Installer::remove(std::span<const InstalledTunnel> tunnels) {
    std::vector<Change> changes;
    for (const InstalledTunnel& tunnel : tunnels) {
        const KeptTunnel* kept = books_.tunnels.find(tunnel.inbound);
        if (kept == nullptr || kept->tunnel.ids != tunnel) continue;
        plan_removal(*kept, changes);
        books_.give_back_reqid(kept->tunnel);
        books_.tunnels.remove(*kept);
    }
    return books_.insist(changes);
}

void Installer::plan_removal(const KeptTunnel& kept, std::vector<Change>& changes) {
    for (std::size_t number = policy_count(kept.tunnel); number-- > 0;) {
        const PolicyId id = policy_id_of(kept.tunnel, number);
        if (auto change = books_.let_go(kept.claimant, id)) changes.push_back(std::move(*change));
    }
    const std::vector<SaId> sas = sa_ids_of(kept.tunnel.ids);
    for (auto sa = sas.rbegin(); sa != sas.rend(); ++sa) changes.emplace_back(DeleteSa{*sa});
}

}  // namespace xfrmd::netlink
