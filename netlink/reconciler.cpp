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

// Where an SA whose installation was cut short is known by: the daemon's own SPIs (ike/child_install.h).
bool is_own_spi(Spi spi) { return static_cast<std::uint32_t>(spi) >> 28 == 0xc; }

Way way_of(const SaState& sa) { return {sa.source, sa.id.destination, sa.id.protocol, sa.reqid}; }

Way way_to(const Template& hop) { return {hop.source, hop.destination, hop.protocol, hop.reqid}; }

// The SAs that policies lead to, and between whom ours do.
struct Leads {
    Ways ways;                                         // of all policies, others' without an id
    std::set<std::pair<Address, Address>> from_peers;  // remote and local, of ours

    explicit Leads(const std::vector<PolicyState>& states) {
        for (const PolicyState& state : states) {
            const PolicySpec& policy = state.policy;
            const bool is_ours = is_our_index(policy.index);
            for (const Template& hop : policy.templates) {
                std::vector<PolicyId>& ids = ways[way_to(hop)];
                if (!is_ours) continue;
                ids.push_back(policy.id);
                const bool out = policy.id.direction == Direction::out;
                from_peers.emplace(out ? hop.destination : hop.source, out ? hop.source : hop.destination);
            }
        }
    }
};

// SAs that nobody's policy leads to: of tunnels that a process was killed in the middle of installing or removing. The
// inbound one has an SPI of ours and comes from a peer that we have another tunnel or a trap for, and the others have
// its addresses and its reqid.
class Strays {
public:
    Strays(const std::vector<SaState>& sas, const Leads& leads) : leads_(leads) {
        for (const SaState& sa : sas) {
            const bool is_inbound = is_own_spi(sa.id.spi) && sa.inbound.value_or(true) && sa.id.protocol != kIpComp;
            if (!is_inbound || !leads.from_peers.contains({sa.source, sa.id.destination}) || is_led_to(sa)) continue;
            bundles_.emplace(sa.source, sa.id.destination, sa.reqid);
            bundles_.emplace(sa.id.destination, sa.source, sa.reqid);
        }
    }
    bool has(const SaState& sa) const {
        return bundles_.contains({sa.source, sa.id.destination, sa.reqid}) && !is_led_to(sa);
    }

private:
    bool is_led_to(const SaState& sa) const { return leads_.ways.contains(way_of(sa)); }

    const Leads& leads_;
    std::set<std::tuple<Address, Address, Reqid>> bundles_;
};

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

void keep_reqids(const std::vector<PolicySpec>& policies, Reqids& reqids) {
    std::map<std::pair<Mode, Reqid>, std::vector<Selector>> sets;
    for (const PolicySpec& policy : policies) {
        if (policy.id.direction != Direction::out || reqid_of(policy) == Reqid{0}) continue;
        sets[{policy.templates.front().mode, reqid_of(policy)}].push_back(policy.id.selector);
    }
    for (const auto& [whose, selectors] : sets) reqids.keep(whose.first, tidied(selectors), whose.second);
}

// Their keys are not known, and not needed: Linux keeps those it has (xfrm_state_update()), but wants to see some that
// the SA's protocol could have. Not the same, or nobody could tell that Linux did not keep them: another cipher, or the
// same MAC with another ICV. IPComp has nothing to protect with.
Algorithms stand_in(const SaState& sa) {
    const AlgorithmNames& names = sa.algorithms;
    if (sa.id.protocol == kAh) {
        const std::uint32_t other_icv_bits = names.icv_bits == 96 ? 128 : 96;
        return Mac{names.mac, base::SecretBytes(names.mac_key_bits / 8), other_icv_bits};
    }
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
    adopt(*sas, *policies);
    std::vector<Change> limits;
    for (const SaState& sa : *sas) {
        if (books_.orphaned_sas.contains(sa.id)) limits.emplace_back(UpdateSa{limited(sa, now - sa.added + life)});
    }
    static_cast<void>(books_.insist(limits));  // an SA without a limit still ends with retire()
    undo_stand_ins(*sas);
    const Services services = services_of(books_);
    std::vector<PolicySpec> ours;
    for (const PolicyState& state : *policies) {
        const PolicySpec& policy = state.policy;
        if (!is_our_index(policy.index)) continue;
        const auto number = static_cast<std::uint32_t>(ours.size());
        books_.policies.found(policy.id, policy.index);
        books_.policies.claim(books_.policies.enter(policy.id),
                              {Claimant::earlier_process, number, rank_of(policy, services)});
        ours.push_back(policy);
    }
    keep_reqids(ours, books_.reqids);
    const std::size_t count = ours.size();
    books_.standing[Claimant::earlier_process] = std::move(ours);
    return Inheritance{count, books_.orphaned_sas.size()};
}

void Reconciler::adopt(const std::vector<SaState>& sas, const std::vector<PolicyState>& policies) {
    const Leads leads(policies);
    const Strays strays(sas, leads);
    for (const SaState& sa : sas) {
        if (is_larval(sa)) continue;
        books_.reqids.reserve(sa.reqid);
        const auto way = leads.ways.find(way_of(sa));
        const bool is_led_to = way != leads.ways.end() && !way->second.empty();
        if (!is_led_to && !strays.has(sa)) continue;
        books_.orphaned_sas.emplace(sa.id,
                                    OrphanedSa{sa.source, sa.reqid, is_led_to ? way->second : std::vector<PolicyId>()});
    }
}

// An SA that ended since the list, with a larval one in its place: that one became the stand-in, which protects
// nothing. What cannot be seen is not trusted either.
void Reconciler::undo_stand_ins(const std::vector<SaState>& had) {
    std::map<SaId, AlgorithmNames> now;
    if (const auto sas = books_.kernel.list_sas()) {
        for (const SaState& sa : *sas) now.emplace(sa.id, sa.algorithms);
    }
    std::vector<Change> changes;
    for (const SaState& sa : had) {
        const auto found = now.find(sa.id);
        if (found != now.end() && found->second == sa.algorithms) continue;
        if (books_.orphaned_sas.erase(sa.id) != 0) changes.emplace_back(DeleteSa{sa.id});
    }
    static_cast<void>(books_.insist(changes));
}

void Reconciler::disown() {
    for (const PolicyId& id : books_.policies.all()) {
        if (books_.is_inherited(id)) lower(id);
    }
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
    std::vector<SaId> lost;
    for (const auto& [id, orphan] : books_.orphaned_sas) {
        if (!there.contains(id)) lost.push_back(id);
    }
    for (const SaId& id : lost) lose_orphan(id);
    end_replaced_sas(now);
}

bool Reconciler::is_gone(const SaId& id) {
    const auto state = books_.kernel.find_sa(id);
    if (!state) return state.error().errno_value == ESRCH;
    return state->id != id || is_larval(*state);  // a mark may find another one
}

void Reconciler::lose_orphan(const SaId& id) {
    const auto lost = books_.orphaned_sas.extract(id);
    if (lost.empty()) return;
    const std::vector<PolicyId>& led_to_it = lost.mapped().policies;
    in_doubt_.insert(in_doubt_.end(), led_to_it.begin(), led_to_it.end());
}

bool Reconciler::lower_unserved() {
    if (!in_doubt_.empty()) {
        const Services services = services_of(books_);
        for (const PolicyId& id : std::exchange(in_doubt_, {})) {
            if (!books_.is_inherited(id)) continue;
            if (rank_of(*books_.wanted(id), services) == Rank::inherited) continue;
            lower(id);
            unserved_.push_back(id);
        }
    }
    return !unserved_.empty();
}

void Reconciler::lower(const PolicyId& id) {
    Claim claim = books_.policies.find(id)->claim;
    claim.rank = Rank::leftover;
    books_.policies.claim(books_.policies.enter(id), claim);
}

KernelResult<void> Reconciler::drop_unserved(const std::function<bool(const PolicyId&)>& is_awaited) {
    std::vector<Change> changes;
    for (const PolicyId& id : std::exchange(unserved_, {})) {
        if (is_awaited(id)) {
            unserved_.push_back(id);
        } else if (auto change = books_.let_go(Claimant::earlier_process, id))
            changes.push_back(std::move(*change));
    }
    return books_.insist(changes);  // what stays is nobody's, and goes at the next look
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
