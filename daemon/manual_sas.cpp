#include "daemon/manual_sas.h"

#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "daemon/manual_specs.h"

namespace xfrmd::daemon {

namespace {

using netlink::Change;
using netlink::KernelResult;
using netlink::SaId;

std::uint32_t ask_linux(const std::string& name) { return if_nametoindex(name.c_str()); }

policy::ManualSa clone(const policy::ManualSa& sa) {
    policy::ManualSa copy;
    copy.name = sa.name;
    copy.direction = sa.direction;
    copy.protocol = sa.protocol;
    copy.spi = sa.spi;
    copy.auxiliary_spi = sa.auxiliary_spi;
    if (sa.authentication) copy.authentication = {sa.authentication->algorithm, sa.authentication->key.clone()};
    if (sa.encryption) {
        copy.encryption = {sa.encryption->algorithm, sa.encryption->key_bits, sa.encryption->key.clone()};
    }
    copy.mode = sa.mode;
    copy.local_addrs = sa.local_addrs;
    copy.remote_addrs = sa.remote_addrs;
    copy.local_ts = sa.local_ts;
    copy.remote_ts = sa.remote_ts;
    copy.mark = sa.mark;
    copy.if_id = sa.if_id;
    copy.interface = sa.interface;
    return copy;
}

std::string sentence(const std::string& name, const std::string& text) { return "manual SA " + name + ": " + text; }

void keep_first(KernelResult<void>& first, KernelResult<void> result) {
    if (first && !result) first = std::move(result);
}

}  // namespace

ManualSas::ManualSas(netlink::Books& books, InterfaceIndex interface_index)
    : books_(books), policies_(books), interface_index_(interface_index ? std::move(interface_index) : ask_linux) {}

std::vector<std::string> ManualSas::update(std::span<const policy::ManualSa> wanted) {
    std::map<std::string, Entry> before = std::exchange(entries_, {});
    for (const policy::ManualSa& sa : wanted) {
        const auto found = before.find(sa.name);
        if (found != before.end() && found->second.sa == sa) entries_.insert(before.extract(found));
    }
    std::vector<std::string> errors;
    const auto note = [&](const std::string& name, const KernelResult<void>& result) {
        if (!result) errors.push_back(sentence(name, result.error().text));
    };
    // SAs first, for another one may have the same SPI now; policies last, so that nothing goes out in the clear while
    // one SA takes the place of another.
    for (auto& [name, entry] : before) note(name, end_sas(entry));
    for (const policy::ManualSa& sa : wanted) {
        const auto [found, is_new] = entries_.try_emplace(sa.name);
        Entry& entry = found->second;
        if (is_new) entry.sa = clone(sa);
        if (const auto old = before.find(sa.name); old != before.end()) entry.holds = std::move(old->second.holds);
        if (entry.status.installed) continue;
        if (const auto installed = install(entry); !installed) errors.push_back(sentence(sa.name, installed.error()));
    }
    for (auto& [name, entry] : before) note(name, release(std::exchange(entry.holds, {})));
    return errors;
}

KernelResult<void> ManualSas::remove_all() {
    KernelResult<void> first;
    for (auto& [name, entry] : entries_) {
        keep_first(first, release(std::exchange(entry.holds, {})));
        keep_first(first, end_sas(entry));
    }
    entries_.clear();
    return first;
}

ManualSas::Outcome ManualSas::install(Entry& entry) {
    Outcome outcome = install_whole(entry);
    entry.status.error = outcome ? std::string() : outcome.error();
    if (!outcome) return outcome;
    entry.status.installed = true;
    std::vector<Hold> old = std::move(entry.holds);
    entry.holds.clear();
    entry.holds.push_back(std::move(old.back()));
    old.pop_back();
    // What it held before stays in the books alone where its own policies have taken the place.
    if (const auto released = release(std::move(old)); !released) entry.status.error = released.error().text;
    return outcome;
}

// All of it, or nothing.
ManualSas::Outcome ManualSas::install_whole(Entry& entry) {
    const policy::ManualSa& sa = entry.sa;
    const std::uint32_t interface = sa.interface.empty() ? 0 : interface_index_(sa.interface);
    if (interface == 0 && !sa.interface.empty()) {
        return tl::unexpected<std::string>("there is no interface " + sa.interface);
    }
    auto selectors = manual_selectors(sa, interface);
    if (!selectors) return tl::unexpected<std::string>(selectors.error().sentence());
    entry.selectors = std::move(*selectors);
    entry.status.reqid = books_.reqids.acquire(kernel_mode(sa), entry.selectors);
    const auto give_up = [&](std::string text) {
        if (const auto undone = end_sas(entry); !undone) text += "; then " + undone.error().text;
        return tl::unexpected<std::string>(std::move(text));
    };
    auto specs = manual_specs(sa, entry.selectors, entry.status.reqid);
    if (!specs) return give_up(specs.error().sentence());
    if (const auto added = add_sas(entry, std::move(specs->sas)); !added) return give_up(added.error().text);
    const auto claimant = policies_.put(netlink::Rank::tunnel, specs->policies);
    if (!claimant) return give_up(claimant.error().text);
    entry.holds.push_back({*claimant, std::move(specs->policies)});
    return {};
}

KernelResult<void> ManualSas::add_sas(Entry& entry, std::vector<netlink::SaSpec> specs) {
    std::vector<SaId> ids;
    std::vector<Change> changes;
    for (netlink::SaSpec& spec : specs) {
        ids.push_back(spec.id);
        changes.emplace_back(netlink::AddSa{std::move(spec)});
    }
    auto results = books_.apply(changes);
    KernelResult<void> first;
    for (std::size_t i = 0; i < results.size(); ++i) {
        KernelResult<void>& result = results[i];
        if (!result && result.error().errno_value == EEXIST) result = replace(changes[i], ids[i]);
        if (result || netlink::answer_was_lost(result.error())) entry.sas.push_back(ids[i]);
        if (!result && first) first = tl::unexpected<netlink::KernelError>(named(changes[i], result.error()));
    }
    return first;
}

// What is there is from an earlier process, or larval: a packet that came before the SA made the kernel keep its place.
// UpdateSa would not do, for it leaves the keys as they are.
KernelResult<void> ManualSas::replace(const Change& addition, const SaId& id) {
    const auto there = books_.kernel.find_sa(id);
    if (there && is_negotiated(there->id)) return netlink::refused(EEXIST, "a negotiated SA has this SPI");
    if (there) {
        const Change deletion = netlink::DeleteSa{there->id};
        if (const auto deleted = books_.insist({&deletion, 1}); !deleted) return deleted;
        books_.orphaned_sas.erase(there->id);
    }
    return books_.apply({&addition, 1}).front();
}

bool ManualSas::is_negotiated(const SaId& id) const {
    const auto tunnels = books_.tunnels.all();
    return std::any_of(tunnels.begin(), tunnels.end(), [&](const netlink::KeptTunnel* kept) {
        const netlink::InstalledTunnel& ids = kept->tunnel.ids;
        return ids.inbound == id || ids.outbound == id;
    });
}

KernelResult<void> ManualSas::end_sas(Entry& entry) {
    std::vector<Change> changes;
    for (const SaId& id : entry.sas) changes.emplace_back(netlink::DeleteSa{id});
    entry.sas.clear();
    entry.status.installed = false;
    if (entry.status.reqid != netlink::Reqid{}) books_.reqids.release(kernel_mode(entry.sa), entry.selectors);
    entry.status.reqid = {};
    return books_.insist(changes);
}

KernelResult<void> ManualSas::release(std::vector<Hold> holds) {
    KernelResult<void> first;
    for (const Hold& hold : holds) keep_first(first, policies_.take_away(hold.claimant, hold.policies));
    return first;
}

ManualRepair ManualSas::repair(std::span<const netlink::SaState> had) {
    std::map<SaId, const netlink::SaState*> by_id;
    for (const netlink::SaState& sa : had) by_id.emplace(sa.id, &sa);
    ManualRepair repair;
    for (auto& [name, entry] : entries_) repair_entry(entry, by_id, repair);
    return repair;
}

void ManualSas::repair_entry(Entry& entry, const std::map<SaId, const netlink::SaState*>& had, ManualRepair& repair) {
    const std::string& name = entry.sa.name;
    const std::string before = entry.status.error;
    if (entry.status.installed && !entry.sa.interface.empty()) {
        // A name may stand for another interface by now, or for none: then its policies stay, and hold no one up.
        const std::uint32_t index = interface_index_(entry.sa.interface);
        const bool is_the_same = index == 0 || index == entry.selectors.front().interface;
        if (!is_the_same) static_cast<void>(end_sas(entry));  // what stays is replaced
    }
    if (entry.status.installed) return repair_sas(entry, had, repair);
    const auto installed = install(entry);
    if (installed) {
        repair.repaired.push_back(sentence(name, "it was not installed"));
    } else if (installed.error() != before) {
        repair.failed.push_back(sentence(name, installed.error()));
    }
}

void ManualSas::repair_sas(Entry& entry, const std::map<SaId, const netlink::SaState*>& had, ManualRepair& repair) {
    auto specs = manual_specs(entry.sa, entry.selectors, entry.status.reqid);
    if (!specs) return repair.failed.push_back(sentence(entry.sa.name, specs.error().sentence()));
    for (netlink::SaSpec& spec : specs->sas) {
        const SaId id = spec.id;
        const auto found = had.find(id);
        const std::string what = found == had.end() ? std::string() : difference(spec, *found->second);
        if (found != had.end() && what.empty()) continue;
        const Change addition = netlink::AddSa{std::move(spec)};
        const auto replaced = replace(addition, id);
        if (!replaced) {
            repair.failed.push_back(sentence(entry.sa.name, named(addition, replaced.error()).text));
        } else {
            repair.repaired.push_back(
                sentence(entry.sa.name, to_string(id) + (found == had.end() ? " was gone" : " had another " + what)));
        }
    }
}

std::set<SaId> ManualSas::sa_ids() const {
    std::set<SaId> ids;
    for (const auto& [name, entry] : entries_) ids.insert(entry.sas.begin(), entry.sas.end());
    return ids;
}

bool ManualSas::has(const SaId& sa) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const auto& named) {
        const std::vector<SaId>& sas = named.second.sas;
        return std::find(sas.begin(), sas.end(), sa) != sas.end();
    });
}

void ManualSas::visit(const std::string& after, const Visitor& visitor) const {
    for (auto entry = entries_.upper_bound(after); entry != entries_.end(); ++entry) {
        if (!visitor(entry->second.sa, entry->second.status)) return;
    }
}

ManualSaCounters ManualSas::counters(const policy::ManualSa& sa) {
    ManualSaCounters counters;
    if (sa.receives()) {
        if (const auto in = books_.kernel.find_sa(counted_sa(sa, true))) {
            counters.bytes_in = in->bytes;
            counters.packets_in = in->packets;
        }
    }
    if (sa.sends()) {
        if (const auto out = books_.kernel.find_sa(counted_sa(sa, false))) {
            counters.bytes_out = out->bytes;
            counters.packets_out = out->packets;
        }
    }
    return counters;
}

}  // namespace xfrmd::daemon
