#include "daemon/tunnels.h"

#include <optional>
#include <utility>
#include <vector>

#include "daemon/esp_algorithms.h"
#include "daemon/kernel_selectors.h"
#include "daemon/tunnel_options.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;

base::Result<netlink::TunnelSpec> spec_of(ike::ChildInstall child, UniqueNumbers& numbers) {
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
    const policy::Child* options = child.connection ? child.connection->child(child.child_name) : nullptr;
    if (options == nullptr) return spec;
    const auto set = set_options(spec, child.ike_sa, *child.connection, *options, numbers);
    if (!child.tfc_padding_allowed) spec.sa.tfc_bytes = 0;
    if (set) return spec;
    numbers.release(child.ike_sa);
    return tl::unexpected(set.error());
}

std::optional<netlink::OffloadKind> first_choice(policy::HwOffload wanted) {
    if (wanted == policy::HwOffload::no) return std::nullopt;
    return wanted == policy::HwOffload::crypto ? netlink::OffloadKind::crypto : netlink::OffloadKind::packet;
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
        Candidate candidate{{child.ike_sa, child.child, child.connection_name, child.child_name}, i, {}, {}};
        const policy::Child* options = child.connection ? child.connection->child(child.child_name) : nullptr;
        if (options != nullptr) candidate.offload = options->hw_offload;
        auto spec = spec_of(std::move(child), numbers_);
        if (!spec) {
            results[i] = tl::unexpected(spec.error());
            continue;
        }
        candidate.spec = std::move(*spec);
        const auto asked = acquires_.extract({candidate.owner.connection_name, candidate.owner.child_name});
        if (!asked.empty()) candidate.spec.sa.acquire_sequence = asked.mapped();
        offer_to_device(candidate, first_choice(candidate.offload));
        all.push_back(std::move(candidate));
    }
    return all;
}

void Tunnels::finish(Candidate candidate, netlink::Installer::Result installed,
                     std::vector<base::Result<void>>& results) {
    if (!installed) installed = try_with_less(candidate, std::move(installed));
    if (!installed) {
        numbers_.release(candidate.owner.ike_sa);
        results[candidate.place] = base::fail(Reason::KernelRefused, installed.error().kernel.text);
        return;
    }
    const ike::ChildSaId id = candidate.owner.child;
    if (helpers_.network != nullptr) helpers_.network->tunnel_is_up(id, candidate.spec);
    for (const netlink::SaId& sa : sa_ids_of(*installed)) by_sa_.emplace(sa, id);
    installed_.emplace(id, Installed{*installed, std::move(candidate.owner)});
}

netlink::Installer::Result Tunnels::try_with_less(Candidate& candidate, netlink::Installer::Result failed) {
    if (candidate.offload != policy::HwOffload::automatic) return failed;
    while (!failed && candidate.spec.sa.offload) {
        const bool was_packet = candidate.spec.sa.offload->kind == netlink::OffloadKind::packet;
        if (helpers_.log != nullptr) {
            helpers_.log->info(candidate.owner.connection_name + ": child " + candidate.owner.child_name + " without " +
                               (was_packet ? "packet" : "crypto") + " offload: " + failed.error().kernel.text);
        }
        offer_to_device(candidate, was_packet ? std::optional(netlink::OffloadKind::crypto) : std::nullopt);
        failed = installer_.install(candidate.spec);
    }
    return failed;
}

// The device that has our address of the tunnel: what it sends and receives goes through there.
void Tunnels::offer_to_device(Candidate& candidate, std::optional<netlink::OffloadKind> kind) const {
    candidate.spec.sa.offload.reset();
    if (!kind || helpers_.network == nullptr) return;
    const std::uint32_t device = helpers_.network->device_of(candidate.spec.local);
    if (device != 0) candidate.spec.sa.offload = netlink::Offload{device, *kind};
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

const TunnelOwner* Tunnels::owner_of(const netlink::SaId& sa) const {
    const auto found = by_sa_.find(sa);
    return found == by_sa_.end() ? nullptr : &installed_.at(found->second).owner;
}

void Tunnels::answer_acquire(const std::string& connection, const std::string& child, std::uint32_t sequence) {
    acquires_[{connection, child}] = sequence;
}

TunnelCounters Tunnels::counters(ike::ChildSaId child) {
    TunnelCounters counters;
    const auto found = installed_.find(child);
    if (found == installed_.end()) return counters;
    counters.reqid = static_cast<std::uint32_t>(found->second.tunnel.reqid);
    if (const auto in = kernel_.find_sa(found->second.tunnel.inbound)) {
        counters.bytes_in = in->bytes;
        counters.packets_in = in->packets;
    }
    if (const auto out = kernel_.find_sa(found->second.tunnel.outbound)) {
        counters.bytes_out = out->bytes;
        counters.packets_out = out->packets;
    }
    return counters;
}

}  // namespace xfrmd::daemon
