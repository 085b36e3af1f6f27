#include "netlink/reconciler.h"

#include <algorithm>
#include <cerrno>
#include <tuple>
#include <utility>

namespace xfrmd::netlink {

namespace {

using base::Address;

// Enough of an SA to know it by a template that leads to it.
using Way = std::tuple<Address, Address, std::uint8_t, Reqid>;
using Ways = std::map<Way, std::vector<PolicyId>>;

Way way_to(const Template& hop) { return {hop.source, hop.destination, hop.protocol, hop.reqid}; }

void add_ways(const PolicySpec& policy, Ways& ways) {
    for (const Template& hop : policy.templates) ways[way_to(hop)].push_back(policy.id);
}

// What inherited SAs a template may ask for: one of them, or any of a way (SPI 0).
using Services = std::set<std::pair<Way, Spi>>;

Services services_of(const Books& books) {
    Services services;
    for (const auto& [id, sa] : books.orphaned_sas) {
        const Way way{sa.source, id.destination, id.protocol, sa.reqid};
        services.emplace(way, id.spi);
        services.emplace(way, Spi{0});
    }
    return services;
}

Rank rank_of(const PolicySpec& policy, const Services& services) {
    const bool is_served = std::all_of(policy.templates.begin(), policy.templates.end(), [&](const Template& hop) {
        return hop.optional || services.contains({way_to(hop), hop.spi});
    });
    return is_served && !policy.templates.empty() ? Rank::inherited : Rank::leftover;
}

// Their keys are not known, and not needed: Linux keeps those it has (xfrm_state_update()), but wants to see some that
// the SA's protocol could have.
Algorithms stand_in(const SaState& sa) {
    const AlgorithmNames& names = sa.algorithms;
    if (sa.id.protocol == kAh) return Mac{names.mac, base::SecretBytes(names.mac_key_bits / 8), names.icv_bits};
    if (sa.id.protocol == kIpComp) return Compression{names.compression};
    return CipherAndMac{"ecb(cipher_null)", {}, "", {}, 0};
}

// The same SA with another limit.
SaSpec limited(const SaState& sa, std::chrono::seconds age_at_end) {
    SaSpec spec;
    static_cast<SaProperties&>(spec) = sa;
    spec.algorithms = stand_in(sa);
    spec.inbound = sa.inbound.value_or(false);
    spec.tell_direction = sa.inbound.has_value();  // or Linux does not find it
    spec.offload.reset();                          // a device would be told of the stand-in
    auto& limit = spec.lifetime.hard.since_added;
    limit = limit.count() == 0 ? age_at_end : std::min(limit, age_at_end);
    return spec;
}

}  // namespace

KernelResult<Inheritance> Reconciler::inherit(std::chrono::sys_seconds now, std::chrono::seconds life) {
    const auto policies = books_.kernel.list_policies();
    if (!policies) return tl::unexpected<KernelError>(policies.error());
    const auto sas = books_.kernel.list_sas();
    if (!sas) return tl::unexpected<KernelError>(sas.error());
    std::vector<PolicySpec> ours;
    Ways ways;
    for (const PolicyState& state : *policies) {
        if (!is_our_index(state.policy.index)) continue;
        ours.push_back(state.policy);
        add_ways(state.policy, ways);
    }
    std::vector<Change> limits;
    for (const SaState& sa : *sas) {
        if (is_larval(sa)) continue;
        const auto way = ways.find({sa.source, sa.id.destination, sa.id.protocol, sa.reqid});
        if (way == ways.end()) continue;
        books_.orphaned_sas.emplace(sa.id, OrphanedSa{sa.source, sa.reqid, way->second});
        books_.reqids.reserve(sa.reqid);
        limits.emplace_back(UpdateSa{limited(sa, now - sa.added + life)});
    }
    const Services services = services_of(books_);
    for (std::uint32_t number = 0; number < ours.size(); ++number) {
        const PolicySpec& policy = ours[number];
        books_.policies.found(policy.id, policy.index);
        books_.policies.claim(books_.policies.enter(policy.id),
                              {Claimant::earlier_process, number, rank_of(policy, services)});
    }
    const std::size_t inherited = ours.size();
    books_.standing[Claimant::earlier_process] = std::move(ours);
    static_cast<void>(books_.insist(limits));  // an SA without a limit still ends with retire()
    undo_stand_ins(*sas);
    return Inheritance{inherited, books_.orphaned_sas.size()};
}

// An SA that ended since the list, with a larval one in its place: that one became the stand-in, which protects
// nothing.
void Reconciler::undo_stand_ins(const std::vector<SaState>& had) {
    std::vector<Change> changes;
    std::map<SaId, AlgorithmNames> before;
    for (const SaState& sa : had) before.emplace(sa.id, sa.algorithms);
    const auto sas = books_.kernel.list_sas();
    for (const SaState& sa : sas.value_or(std::vector<SaState>{})) {
        if (!books_.orphaned_sas.contains(sa.id) || sa.algorithms == before[sa.id]) continue;
        changes.emplace_back(DeleteSa{sa.id});
    }
    static_cast<void>(books_.insist(changes));
}

KernelResult<void> Reconciler::retire() {
    std::vector<Change> changes;
    for (const PolicyId& id : books_.policies.all()) {
        books_.policies.release(Claimant::earlier_process, id);
        if (books_.policies.standing_rank(id)) continue;
        if (auto change = books_.change_for(id)) changes.push_back(std::move(*change));
    }
    for (const auto& [id, sa] : books_.orphaned_sas) changes.emplace_back(DeleteSa{id});
    books_.standing.erase(Claimant::earlier_process);
    books_.orphaned_sas.clear();
    return books_.insist(changes);
}

KernelResult<Drift> Reconciler::run(base::Instant now) {
    const auto sas = books_.kernel.list_sas();
    if (!sas) return tl::unexpected<KernelError>(sas.error());
    const auto policies = books_.kernel.list_policies();
    if (!policies) return tl::unexpected<KernelError>(policies.error());
    Drift drift;
    const States had = note(*policies);
    check_sas(*sas, now, drift);
    check_policies(books_.policies.all(), had, drift);
    return drift;
}

Drift Reconciler::check(const std::set<PolicyId, PolicyIdOrder>& ids) {
    std::vector<PolicyId> answered;
    std::vector<PolicyState> states;
    states.reserve(ids.size());
    for (const PolicyId& id : ids) {
        auto state = books_.kernel.find_policy(id);
        if (!state && state.error().errno_value != ENOENT) continue;
        answered.push_back(id);
        if (state) states.push_back(std::move(*state));
    }
    Drift drift;
    check_policies(answered, note(states), drift);
    return drift;
}

// Whatever carries our index is ours, wanted or not.
Reconciler::States Reconciler::note(const std::vector<PolicyState>& had) {
    States states;
    for (const PolicyState& state : had) {
        states.emplace(state.policy.id, &state);
        if (is_our_index(state.policy.index)) books_.policies.found(state.policy.id, state.policy.index);
    }
    return states;
}

void Reconciler::check_sas(const std::vector<SaState>& had, base::Instant now, Drift& drift) {
    std::set<SaId> there;
    for (const SaState& sa : had) {
        if (!is_larval(sa)) there.insert(sa.id);
    }
    for (const KeptTunnel* kept : books_.tunnels.all()) {
        const InstalledTunnel& tunnel = kept->tunnel.ids;
        const std::vector<SaId> ids = sa_ids_of(tunnel);
        const bool whole = std::all_of(ids.begin(), ids.end(), [&](const SaId& sa) { return there.contains(sa); });
        if (!whole) drift.broken.push_back(tunnel);
    }
    std::sort(drift.broken.begin(), drift.broken.end(),
              [](const InstalledTunnel& a, const InstalledTunnel& b) { return a.inbound < b.inbound; });
    std::vector<PolicyId> lost_one;
    std::erase_if(books_.orphaned_sas, [&](const auto& orphan) {
        if (there.contains(orphan.first)) return false;
        const std::vector<PolicyId>& led_to_it = orphan.second.policies;
        lost_one.insert(lost_one.end(), led_to_it.begin(), led_to_it.end());
        return true;
    });
    drop_unserved(lost_one);
    end_replaced_sas(now);
}

bool Reconciler::is_gone(const SaId& id) {
    const auto state = books_.kernel.find_sa(id);
    if (!state) return state.error().errno_value == ESRCH;
    return state->id != id || is_larval(*state);  // a mark may find another one
}

void Reconciler::lose_orphan(const SaId& id) {
    const auto lost = books_.orphaned_sas.extract(id);
    if (!lost.empty()) drop_unserved(lost.mapped().policies);
}

// Without SAs they would only keep packets from going anywhere else.
void Reconciler::drop_unserved(const std::vector<PolicyId>& ids) {
    if (ids.empty()) return;
    const Services services = services_of(books_);
    std::vector<Change> changes;
    for (const PolicyId& id : ids) {
        if (!books_.is_inherited(id) || rank_of(*books_.wanted(id), services) == Rank::inherited) continue;
        if (auto change = books_.let_go(Claimant::earlier_process, id)) changes.push_back(std::move(*change));
    }
    static_cast<void>(books_.insist(changes));  // what stays is nobody's, and goes at the next look
}

// Not at once: packets that the peer sent before it knew of the new SA are still on their way.
void Reconciler::end_replaced_sas(base::Instant now) {
    std::vector<Change> changes;
    for (auto& [id, sa] : books_.orphaned_sas) {
        const bool is_used = std::any_of(sa.policies.begin(), sa.policies.end(), [&](const PolicyId& policy) {
            return books_.policies.is_standing(Claimant::earlier_process, policy);
        });
        sa.replaced_at = is_used ? std::nullopt : std::optional(sa.replaced_at.value_or(now));
        if (sa.replaced_at && now - *sa.replaced_at >= kGrace) changes.emplace_back(DeleteSa{id});
    }
    for (const Change& change : changes) books_.orphaned_sas.erase(std::get<DeleteSa>(change).id);
    static_cast<void>(books_.insist(changes));  // what stays has its hard limit
}

void Reconciler::check_policies(const std::vector<PolicyId>& ids, const States& had, Drift& drift) {
    std::vector<Repair> repairs;
    for (const PolicyId& id : ids) {
        const auto found = had.find(id);
        if (auto needed = check_policy(id, found == had.end() ? nullptr : found->second, drift)) {
            repairs.push_back(std::move(*needed));
        }
    }
    repair(std::move(repairs), drift);
}

std::optional<Reconciler::Repair> Reconciler::check_policy(const PolicyId& id, const PolicyState* had, Drift& drift) {
    const std::optional<PolicySpec> wanted = books_.wanted(id);
    std::string reason;
    if (had == nullptr) {
        books_.policies.lost(id);
        if (!wanted) return std::nullopt;
        reason = to_string(id) + " was gone";
    } else if (!is_our_index(had->policy.index) && (!wanted || wanted->index != 0)) {
        books_.policies.lost(id);
        if (wanted) drift.failed.push_back(to_string(id) + " is somebody else's now");
        return std::nullopt;
    } else if (!wanted) {
        reason = to_string(id) + " was left";
    } else if (const std::string what = difference(*wanted, *had); !what.empty()) {
        reason = to_string(id) + " had another " + what;
    } else {
        return std::nullopt;
    }
    auto change = books_.change_for(id, true);
    if (!change) return std::nullopt;
    return Repair{std::move(*change), std::move(reason)};
}

void Reconciler::repair(std::vector<Repair> repairs, Drift& drift) {
    std::vector<Change> changes;
    changes.reserve(repairs.size());
    for (Repair& one : repairs) changes.push_back(std::move(one.change));
    const auto results = books_.apply(changes);
    for (std::size_t i = 0; i < results.size(); ++i) {
        std::string& reason = repairs[i].reason;
        if (!results[i]) {
            drift.failed.push_back(reason + "; " + named(changes[i], results[i].error()).text);
        } else if (std::holds_alternative<DeletePolicy>(changes[i])) {
            drift.removed.push_back(std::move(reason));
        } else {
            drift.repaired.push_back(std::move(reason));
        }
    }
}

}  // namespace xfrmd::netlink
