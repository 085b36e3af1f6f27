#include "daemon/tunnels.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/esp_algorithms.h"
#include "daemon/kernel_selectors.h"
#include "daemon/tunnel_options.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;

// Than any SA for a single CPU of its group will be.
netlink::Age older_than_all() {
    constexpr std::chrono::years kAgo(10);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return {now - kAgo, kAgo};
}

// Without what its options say.
base::Result<netlink::TunnelSpec> spec_of(ike::ChildInstall& child) {
    auto selectors = kernel_selectors(child.local_ts, child.remote_ts);
    if (!selectors) return tl::unexpected(selectors.error());
    auto in = to_kernel(child.suite, std::move(child.encryption_in), std::move(child.integrity_in));
    if (!in) return tl::unexpected(in.error());
    auto out = to_kernel(child.suite, std::move(child.encryption_out), std::move(child.integrity_out));
    if (!out) return tl::unexpected(out.error());

    netlink::TunnelSpec spec;
    spec.local = child.local.address;
    spec.remote = child.remote.address;
    spec.mode = kernel_mode(child.mode);
    spec.selectors = std::move(*selectors);
    spec.spi_in = netlink::Spi{static_cast<std::uint32_t>(child.spi_in)};
    spec.spi_out = netlink::Spi{static_cast<std::uint32_t>(child.spi_out)};
    spec.algorithms_in = std::move(*in);
    spec.algorithms_out = std::move(*out);
    if (child.udp_encapsulation) spec.encapsulation = netlink::UdpEncapsulation{child.local.port, child.remote.port};
    spec.protocol = child.suite.protocol == policy::ProtocolId::ah ? netlink::kAh : netlink::kEsp;
    spec.esn = child.suite.esn;
    if (child.ipcomp) {
        spec.ipcomp = netlink::IpCompSpis{netlink::Spi{static_cast<std::uint32_t>(child.ipcomp->in)},
                                          netlink::Spi{static_cast<std::uint32_t>(child.ipcomp->out)}};
    }
    spec.defers_outbound = child.defer_outbound;
    spec.policy.by_cpu = child.in_group;
    spec.sa.cpu = child.cpu;
    if (child.in_group && !child.cpu) spec.sa.age_out = older_than_all();
    spec.sa.lifetime.soft.bytes = child.rekey_bytes;
    spec.sa.lifetime.soft.packets = child.rekey_packets;
    return spec;
}

}  // namespace

std::vector<base::Result<void>> Tunnels::install(std::vector<ike::ChildInstall> children) {
    std::vector<base::Result<void>> results(children.size());
    std::vector<Candidate> all = candidates(std::move(children), results);
    std::vector<netlink::TunnelSpec> specs;
    for (Candidate& candidate : all) specs.push_back(std::move(candidate.spec));
    auto installed = installer_.install(specs);
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].spec = std::move(specs[i]);
        finish(std::move(all[i]), std::move(installed[i]), results);
    }
    return results;
}

std::vector<Tunnels::Candidate> Tunnels::candidates(std::vector<ike::ChildInstall> children,
                                                    std::vector<base::Result<void>>& results) {
    std::vector<Candidate> all;
    for (std::size_t i = 0; i < children.size(); ++i) {
        ike::ChildInstall& child = children[i];
        Candidate candidate{{child.owner, child.child, child.connection_name, child.child_name, child.child},
                            i,
                            {},
                            {},
                            {},
                            child.replaces,
                            child.replaces_group,
                            child.asks_for_cpus};
        results[i] = prepare(candidate, std::move(child));
        if (results[i]) all.push_back(std::move(candidate));
    }
    return all;
}

base::Result<void> Tunnels::prepare(Candidate& candidate, ike::ChildInstall child) {
    auto spec = spec_of(child);
    if (!spec) return tl::unexpected(spec.error());
    candidate.spec = std::move(*spec);
    auto able = set_options(candidate, child);
    candidate.spec.sa.tell_direction = tell_direction_;
    if (able) able = ask_for_offload(candidate);
    if (!able) {
        numbers_.release(candidate.owner.ike_sa);
        return able;
    }
    const auto asked = acquires_.extract({candidate.owner.connection_name, candidate.owner.child_name});
    if (!asked.empty()) candidate.spec.sa.acquire_sequence = asked.mapped();
    return {};
}

// One that replaces another, or joins its group, has its numbers: whatever was marked or routed for that one is for
// this one.
base::Result<void> Tunnels::set_options(Candidate& candidate, const ike::ChildInstall& child) {
    auto before = installed_.find(child.replaces);
    if (before != installed_.end() && before->second.owner.ike_sa == candidate.owner.ike_sa)
        candidate.owner.number = before->second.owner.number;
    if (before == installed_.end()) before = installed_.find(child.joins);
    const bool follows = before != installed_.end();
    if (follows) candidate.spec.preferred_reqid = before->second.tunnel.reqid;
    const policy::Child* options = child.connection ? child.connection->child(child.child_name) : nullptr;
    if (options == nullptr) return {};
    candidate.offload.wanted = options->hw_offload;
    candidate.numbers = follows ? before->second.numbers : numbers_.of_child(*options);
    const UniqueNumbers::Pair common = numbers_.of_ike_sa(child.owner, *child.connection);
    const auto set = daemon::set_options(candidate.spec, *child.connection, *options, common, candidate.numbers);
    if (!child.tfc_padding_allowed) candidate.spec.sa.tfc_bytes = 0;
    return set;
}

void Tunnels::finish(Candidate candidate, netlink::Installer::Result installed,
                     std::vector<base::Result<void>>& results) {
    installed = settle_offload(candidate, std::move(installed));
    if (!installed) {
        numbers_.release(candidate.owner.ike_sa);
        results[candidate.place] = base::fail(Reason::KernelRefused, installed.error().kernel.text);
        return;
    }
    const ike::ChildSaId id = candidate.owner.child;
    if (helpers_.network != nullptr) helpers_.network->tunnel_is_up(id, candidate.spec);
    for (const netlink::SaId& sa : sa_ids_of(*installed)) by_sa_.emplace(sa, id);
    const std::uint32_t device = candidate.spec.sa.offload ? candidate.spec.sa.offload->interface : 0;
    if (candidate.spec.policy.by_cpu) join_group(candidate, *installed);
    const auto [kept, is_new] =
        installed_.try_emplace(id, Installed{*installed, std::move(candidate.owner), candidate.numbers, device});
    if (is_new) count(kept->second);
}

void Tunnels::join_group(const Candidate& candidate, const netlink::InstalledTunnel& tunnel) {
    const TunnelOwner& owner = candidate.owner;
    const CpuGroups::Member member{tunnel, candidate.spec.sa.cpu, !candidate.spec.defers_outbound, candidate.replaces,
                                   candidate.replaces_group};
    groups_.add({owner.connection_name, owner.child_name, owner.ike_sa}, owner.child, member, candidate.asks_for_cpus);
}

void Tunnels::count(const Installed& tunnel) {
    standing_.add(tunnel.owner.connection_name, tunnel.owner.child_name, tunnel.owner.ike_sa);
    if (tunnel.device != 0) ++offloaded_[tunnel.device];
}

void Tunnels::discount(const Installed& tunnel) {
    standing_.remove(tunnel.owner.connection_name, tunnel.owner.child_name, tunnel.owner.ike_sa);
    const auto device = offloaded_.find(tunnel.device);
    if (device != offloaded_.end() && --device->second == 0) offloaded_.erase(device);
}

base::Result<void> Tunnels::ask_for_offload(Candidate& candidate) const {
    const auto asked = daemon::ask_for_offload(candidate.offload, candidate.spec, helpers_.device_towards);
    const bool tries_again = candidate.offload.wanted == policy::HwOffload::automatic;
    if (asked) {
        if (tries_again) keep_spare(candidate);
        return {};
    }
    if (!tries_again) return base::fail(Reason::KernelRefused, asked.error());
    tell_fall_back(candidate, asked.error());
    return {};
}

void Tunnels::keep_spare(Candidate& candidate) {
    candidate.spare.emplace(clone(candidate.spec.algorithms_in), clone(candidate.spec.algorithms_out));
}

netlink::Installer::Result Tunnels::settle_offload(Candidate& candidate, netlink::Installer::Result installed) {
    while (candidate.spec.sa.offload) {
        const netlink::Offload asked = *candidate.spec.sa.offload;
        const std::string reason = refusal_of(candidate, installed);
        if (reason.empty()) break;
        const bool goes_on = candidate.offload.wanted == policy::HwOffload::automatic;
        const bool is_good_enough = goes_on && installed && asked.kind == netlink::OffloadKind::crypto;
        if (installed && !is_good_enough) (void)installer_.remove(*installed);
        if (!goes_on) {
            return tl::unexpected(netlink::InstallError{netlink::InstallStep::inbound_sa, {EOPNOTSUPP, reason}});
        }
        tell_fall_back(candidate, reason);
        ask_for_less(candidate.spec);
        if (is_good_enough) continue;
        candidate.spec.algorithms_in = clone(candidate.spare->first);
        candidate.spec.algorithms_out = clone(candidate.spare->second);
        installed = installer_.install(candidate.spec);
    }
    return installed;
}

std::string Tunnels::refusal_of(const Candidate& candidate, const netlink::Installer::Result& installed) const {
    const netlink::Offload& asked = *candidate.spec.sa.offload;
    const std::string what = to_string(asked, candidate.offload.device.name) + ": ";
    if (!installed) return what + installed.error().kernel.text;
    const auto in = books_.kernel.find_sa(installed->inbound);
    const auto out = books_.kernel.find_sa(installed->outbound);
    if (!in) return what + in.error().text;
    if (!out) return what + out.error().text;
    if (obtained_offload(in->offload, out->offload) == asked) return {};
    return what + "the device does not do it, and the kernel would do it in software";
}

void Tunnels::tell_fall_back(const Candidate& candidate, const std::string& reason) const {
    if (helpers_.log == nullptr) return;
    helpers_.log->info(candidate.owner.connection_name + ": child " + candidate.owner.child_name + " goes on without " +
                       reason);
}

base::Result<void> Tunnels::use(ike::ChildSaId child) {
    const auto found = installed_.find(child);
    if (found == installed_.end() || groups_.rests(child)) return {};
    const auto used = installer_.use(found->second.tunnel);
    if (!used) return base::fail(Reason::KernelRefused, used.error().text);
    groups_.use(child);
    return {};
}

base::Result<void> Tunnels::move(const ike::MoveChild& move) {
    const auto found = installed_.find(move.child);
    if (found == installed_.end()) return {};
    netlink::InstalledTunnel& tunnel = found->second.tunnel;
    netlink::OuterEnds ends{move.local.address, move.remote.address, std::nullopt};
    if (move.udp_encapsulation) ends.encapsulation = netlink::UdpEncapsulation{move.local.port, move.remote.port};
    const auto outcome = installer_.move(tunnel, ends);
    for (const netlink::SaId& sa : sa_ids_of(tunnel)) by_sa_.erase(sa);
    tunnel = outcome.tunnel;
    groups_.move(move.child, tunnel);
    for (const netlink::SaId& sa : sa_ids_of(tunnel)) by_sa_.emplace(sa, move.child);
    if (!outcome.moved) return base::fail(Reason::KernelRefused, outcome.moved.error().text);
    if (helpers_.network != nullptr) helpers_.network->tunnel_has_moved(move.child, move.remote.address);
    return {};
}

base::Result<void> Tunnels::remove(std::span<const ike::ChildSaId> children) {
    std::vector<netlink::InstalledTunnel> tunnels;
    for (const ike::ChildSaId child : children) {
        const auto found = installed_.find(child);
        if (found == installed_.end()) continue;
        tunnels.push_back(found->second.tunnel);
        if (helpers_.network != nullptr) helpers_.network->tunnel_is_down(child);
        numbers_.release(found->second.owner.ike_sa);
        for (const netlink::SaId& sa : sa_ids_of(found->second.tunnel)) by_sa_.erase(sa);
        discount(found->second);
        groups_.remove(child);
        installed_.erase(found);
    }
    const auto removed = installer_.remove(tunnels);
    if (!removed) return base::fail(Reason::KernelRefused, removed.error().text);
    return {};
}

base::Result<void> Tunnels::remove_all() {
    std::vector<ike::ChildSaId> children;
    for (const auto& [child, tunnel] : installed_) children.push_back(child);
    return remove(children);
}

const Tunnels::Installed* Tunnels::find(const netlink::SaId& sa) const {
    const auto found = by_sa_.find(sa);
    return found == by_sa_.end() ? nullptr : &installed_.at(found->second);
}

const TunnelOwner* Tunnels::owner_of(const netlink::SaId& sa) const {
    const Installed* found = find(sa);
    return found == nullptr ? nullptr : &found->owner;
}

const TunnelOwner* Tunnels::owner_of(ike::ChildSaId child) const {
    const auto found = installed_.find(child);
    return found == installed_.end() ? nullptr : &found->second.owner;
}

const netlink::InstalledTunnel* Tunnels::tunnel_of(const netlink::SaId& sa) const {
    const Installed* found = find(sa);
    return found == nullptr ? nullptr : &found->tunnel;
}

const netlink::Tunnel* Tunnels::kept(ike::ChildSaId child) const {
    const auto found = installed_.find(child);
    if (found == installed_.end()) return nullptr;
    const auto* kept = books_.tunnels.find(found->second.tunnel.inbound);
    return kept == nullptr ? nullptr : &kept->tunnel;
}

const TunnelOwner* Tunnels::in_group_at(const netlink::PolicyId& policy) const {
    const auto* entry = books_.policies.find(policy);
    const auto* kept = entry == nullptr ? nullptr : books_.tunnels.find(entry->claim.claimant);
    return kept == nullptr || !kept->tunnel.policy.by_cpu ? nullptr : owner_of(kept->tunnel.ids.inbound);
}

const TunnelOwner* Tunnels::owner_without_mark(const netlink::SaId& sa) const {
    netlink::SaId lowest = sa;
    lowest.mark = {};
    const auto found = by_sa_.lower_bound(lowest);
    if (found == by_sa_.end()) return nullptr;
    lowest.mark = found->first.mark;
    return found->first == lowest ? &installed_.at(found->second).owner : nullptr;
}

void Tunnels::answer_acquire(const std::string& connection, const std::string& child, std::uint32_t sequence) {
    acquires_[{connection, child}] = sequence;
}

std::vector<ike::ChildUse> Tunnels::use_of(std::span<const ike::ChildSaId> children) {
    std::vector<ike::ChildUse> uses;
    for (const ike::ChildSaId child : children) {
        if (!has(child)) continue;
        const TunnelCounters counted = counters(child);
        uses.push_back({child, counted.packets_in, counted.packets_out});
    }
    return uses;
}

TunnelCounters Tunnels::counters(ike::ChildSaId child) {
    TunnelCounters counters;
    const auto found = installed_.find(child);
    if (found == installed_.end()) return counters;
    counters.reqid = static_cast<std::uint32_t>(found->second.tunnel.reqid);
    counters.mark_in = found->second.tunnel.inbound.mark;
    counters.mark_out = found->second.tunnel.outbound.mark;
    const auto in = books_.kernel.find_sa(found->second.tunnel.inbound);
    const auto out = books_.kernel.find_sa(found->second.tunnel.outbound);
    if (in && out) counters.offload = obtained_offload(in->offload, out->offload);
    if (in) {
        counters.bytes_in = in->bytes;
        counters.packets_in = in->packets;
        counters.if_id_in = in->if_id;
        counters.used_in = in->used;
    }
    if (out) {
        counters.bytes_out = out->bytes;
        counters.packets_out = out->packets;
        counters.if_id_out = out->if_id;
        counters.used_out = out->used;
    }
    return counters;
}

}  // namespace xfrmd::daemon
