#include "netlink/installer.h"

#include "netlink/relocation.h"

namespace xfrmd::netlink {

std::vector<Installer::Result> Installer::install(std::span<TunnelSpec> specs) { return installation_.run(specs); }

const KeptTunnel* Installer::find(const InstalledTunnel& tunnel) const {
    const KeptTunnel* kept = books_.tunnels.find(tunnel.inbound);
    return kept == nullptr || kept->tunnel.ids != tunnel ? nullptr : kept;
}

KernelResult<void> Installer::rest(const InstalledTunnel& tunnel) {
    const KeptTunnel* kept = find(tunnel);
    if (kept == nullptr || !kept->tunnel.policy.by_cpu) return {};
    return lead_out_by(*kept, books_.resting_reqid());
}

KernelResult<void> Installer::wake(const InstalledTunnel& tunnel) {
    const KeptTunnel* kept = find(tunnel);
    return kept == nullptr ? KernelResult<void>() : lead_out_by(*kept, kept->tunnel.ids.reqid, true);
}

// Linux changes no SA's reqid.
KernelResult<void> Installer::lead_out_by(const KeptTunnel& kept, Reqid reqid, bool was_sent_on) {
    if (kept.tunnel.reqid_out == reqid) return {};
    const SaId id = kept.tunnel.ids.outbound;
    auto sa = books_.kernel.read_sa(id);
    if (!sa) return tl::unexpected<KernelError>(sa.error());
    sa->reqid = reqid;
    if (was_sent_on) {
        if (auto enough = leave_numbers_out(*sa); !enough) return enough;
    }
    books_.tunnels.set_reqid_out(kept, reqid);
    std::vector<Change> changes;
    changes.emplace_back(DeleteSa{id});
    changes.emplace_back(AddSa{std::move(*sa)});
    return books_.insist(changes);
}

KernelResult<void> Installer::ask_for_cpus(const InstalledTunnel& tunnel, bool asks) {
    const KeptTunnel* kept = find(tunnel);
    if (kept == nullptr || kept->tunnel.policy.asks_for_cpus == asks) return {};
    books_.tunnels.ask_for_cpus(*kept, asks);
    std::vector<Change> changes;
    for (std::size_t number = policy_count(kept->tunnel); number-- > 0;) {
        const PolicyId id = policy_id_of(kept->tunnel, number);
        if (id.direction != Direction::out || !books_.policies.is_standing(kept->claimant, id)) continue;
        if (auto change = books_.change_for(id, true)) changes.push_back(std::move(*change));
    }
    return books_.insist(changes);
}

// The out policies are the last of a tunnel's.
KernelResult<void> Installer::use(const InstalledTunnel& tunnel) {
    const KeptTunnel* kept = find(tunnel);
    if (kept == nullptr || !kept->tunnel.defers_outbound) return {};
    const KernelResult<void> led = lead_out_by(*kept, kept->tunnel.ids.reqid);
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
    const KernelResult<void> made = books_.insist(changes);
    for (std::size_t number = in_use; made && number < policy_count(kept->tunnel); ++number) {
        books_.settle(kept->claimant, policy_id_of(kept->tunnel, number));
    }
    return led ? made : led;
}

KernelResult<void> Installer::remove(std::span<const InstalledTunnel> tunnels) {
    std::vector<Change> changes;
    for (const InstalledTunnel& tunnel : tunnels) {
        const KeptTunnel* kept = find(tunnel);
        if (kept == nullptr) continue;
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
