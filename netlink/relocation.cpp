#include "netlink/relocation.h"

#include <cerrno>
#include <iterator>

namespace xfrmd::netlink {

namespace {

Tunnel moved_to(const Tunnel& tunnel, const OuterEnds& ends) {
    Tunnel moved = tunnel;
    moved.local = moved.ids.inbound.destination = ends.local;
    moved.remote = moved.ids.outbound.destination = ends.remote;
    return moved;
}

KernelResult<void> check(const Tunnel& old, const Tunnel& moved) {
    const bool stays = old.local == moved.local && old.remote == moved.remote;
    if (stays) return {};
    if (old.mode != Mode::tunnel) return refused(EOPNOTSUPP, "its selectors are its addresses");
    if (old.offload_interface != 0) return refused(EOPNOTSUPP, "a device does everything for it");
    return {};
}

UdpEncapsulation turned(const UdpEncapsulation& encapsulation) {
    return {encapsulation.destination_port, encapsulation.source_port};
}

bool is_gone(const KernelError& error) { return error.errno_value == ESRCH || error.errno_value == ENOENT; }

}  // namespace

KernelResult<void> leave_numbers_out(SaSpec& outbound) {
    std::uint64_t& sent = outbound.progress->sent;
    if (outbound.id.protocol == kIpComp) return {};
    if (!outbound.esn && sent + Relocation::kLeftOut > UINT32_MAX) {
        return refused(ERANGE, "too few sequence numbers are left");
    }
    sent += Relocation::kLeftOut;
    return {};
}

Relocation::Outcome Relocation::run(const InstalledTunnel& tunnel, const OuterEnds& ends) {
    const KeptTunnel* kept = books_.tunnels.find(tunnel.inbound);
    if (kept == nullptr || kept->tunnel.ids != tunnel) return {tunnel, refused(ESRCH)};
    Tunnel moved = moved_to(kept->tunnel, ends);
    auto sas = check(kept->tunnel, moved).and_then([&] { return read(kept->tunnel, moved, ends); });
    if (!sas) return {tunnel, tl::unexpected<KernelError>(sas.error())};
    if (!books_.tunnels.move(*kept, std::move(moved))) return {tunnel, refused(EEXIST)};
    return {kept->tunnel.ids, carry_out(plan(std::move(*sas), *kept))};
}

KernelResult<Relocation::Sas> Relocation::read(const Tunnel& old, const Tunnel& moved, const OuterEnds& ends) {
    const std::vector<SaId> from = sa_ids_of(old.ids);
    const std::vector<SaId> to = sa_ids_of(moved.ids);
    Sas sas;
    for (std::size_t i = 0; i < from.size(); ++i) {
        auto sa = read(from[i], to[i], i < from.size() / 2, moved, ends);
        if (!sa) return tl::unexpected<KernelError>(sa.error());
        sas.push_back(std::move(*sa));
    }
    return sas;
}

KernelResult<Relocation::Sa> Relocation::read(const SaId& known, const SaId& moved, bool inbound, const Tunnel& to,
                                              const OuterEnds& ends) {
    auto read = books_.kernel.read_sa(known);
    if (!read) return tl::unexpected<KernelError>(read.error());
    SaSpec& sa = *read;
    const base::Address old_source = sa.source;
    const bool was_encapsulated = sa.encapsulation.has_value();
    sa.inbound = inbound;
    sa.id = moved;
    sa.source = inbound ? to.remote : to.local;
    if (sa.id.protocol != kIpComp) {
        sa.encapsulation = ends.encapsulation && inbound ? turned(*ends.encapsulation) : ends.encapsulation;
    }
    const bool in_place = known == sa.id && old_source == sa.source && was_encapsulated == sa.encapsulation.has_value();
    if (in_place) {
        sa.offload.reset();  // a device would be told of a second one
    } else if (!inbound) {
        if (auto enough = leave_numbers_out(sa); !enough) return tl::unexpected<KernelError>(enough.error());
    }
    return Sa{known, std::move(sa), in_place};
}

// SAs before the policies that lead to them; what goes, last, unless it is in the way.
std::vector<Change> Relocation::plan(Sas sas, const KeptTunnel& kept) {
    std::vector<Change> changes;
    std::vector<Change> removals;
    for (Sa& sa : sas) {
        if (sa.in_place) {
            changes.emplace_back(UpdateSa{std::move(sa.wanted)});
            continue;
        }
        (sa.known == sa.wanted.id ? changes : removals).emplace_back(DeleteSa{sa.known});
        changes.emplace_back(AddSa{std::move(sa.wanted)});
    }
    const std::size_t policies = policy_count(kept.tunnel);
    for (std::size_t number = 0; number < policies; ++number) {
        const PolicyId id = policy_id_of(kept.tunnel, number);
        if (!books_.policies.is_standing(kept.claimant, id)) continue;
        if (auto change = books_.change_for(id, true)) changes.push_back(std::move(*change));
    }
    std::move(removals.begin(), removals.end(), std::back_inserter(changes));
    return changes;
}

KernelResult<void> Relocation::carry_out(const std::vector<Change>& changes) {
    KernelResult<void> worst;
    const auto results = books_.apply(changes);
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i]) continue;
        auto again = try_again(changes[i], results[i].error());
        if (!again && worst) worst = tl::unexpected<KernelError>(named(changes[i], again.error()));
    }
    return worst;
}

// A packet may have met the template without its SA, and Linux has put a larval one there.
KernelResult<void> Relocation::try_again(const Change& change, const KernelError& error) {
    const auto* added = std::get_if<AddSa>(&change);
    const bool removes = std::holds_alternative<DeleteSa>(change) || std::holds_alternative<DeletePolicy>(change);
    if (removes && is_gone(error)) return {};
    if (added == nullptr || error.errno_value != EEXIST) return books_.insist({&change, 1});
    const auto there = books_.kernel.find_sa(added->sa.id);
    if (!there || !is_larval(*there)) return tl::unexpected<KernelError>(error);
    const Change taken_over = UpdateSa{clone(added->sa)};
    return books_.insist({&taken_over, 1});
}

}  // namespace xfrmd::netlink
