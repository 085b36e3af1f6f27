#include "daemon/tunnels.h"

#include <utility>
#include <vector>

#include "daemon/esp_algorithms.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;

netlink::TrafficEnd end_of(const policy::TrafficSelector& selector) {
    return {selector.addresses, selector.first_port, selector.last_port};
}

// 0 is any protocol, and goes with every other (RFC 7296 3.13.1); two different ones have no traffic in common.
std::optional<std::uint8_t> common_protocol(const policy::TrafficSelector& a, const policy::TrafficSelector& b) {
    if (a.protocol == 0 || a.protocol == b.protocol) return b.protocol;
    if (b.protocol == 0) return a.protocol;
    return std::nullopt;
}

// Every pair of a local and a remote selector that has traffic in common, exactly.
base::Result<std::vector<netlink::Selector>> kernel_selectors(const ike::ChildInstall& child) {
    std::vector<netlink::Selector> all;
    for (const policy::TrafficSelector& local : child.local_ts) {
        for (const policy::TrafficSelector& remote : child.remote_ts) {
            const auto protocol = common_protocol(local, remote);
            if (!protocol || local.addresses.first.family() != remote.addresses.first.family()) continue;
            const auto pieces = netlink::selectors_between(end_of(local), end_of(remote), *protocol);
            if (!pieces) {
                return base::fail(Reason::TrafficSelectorsUnacceptable,
                                  "Linux cannot express " + local.to_string() + " === " + remote.to_string());
            }
            all.insert(all.end(), pieces->begin(), pieces->end());
        }
    }
    if (all.empty()) return base::fail(Reason::TrafficSelectorsUnacceptable, "the two sides have no traffic in common");
    return all;
}

base::Result<netlink::TunnelSpec> spec_of(ike::ChildInstall child) {
    auto selectors = kernel_selectors(child);
    if (!selectors) return tl::unexpected(selectors.error());
    auto in = to_kernel(child.suite, std::move(child.encryption_in), std::move(child.integrity_in));
    if (!in) return tl::unexpected(in.error());
    auto out = to_kernel(child.suite, std::move(child.encryption_out), std::move(child.integrity_out));
    if (!out) return tl::unexpected(out.error());

    netlink::TunnelSpec spec;
    spec.local = child.local.address;
    spec.remote = child.remote.address;
    spec.mode = child.mode == policy::Mode::tunnel ? netlink::Mode::tunnel : netlink::Mode::transport;
    spec.selectors = std::move(*selectors);
    spec.spi_in = netlink::Spi{static_cast<std::uint32_t>(child.spi_in)};
    spec.spi_out = netlink::Spi{static_cast<std::uint32_t>(child.spi_out)};
    spec.algorithms_in = std::move(*in);
    spec.algorithms_out = std::move(*out);
    if (child.udp_encapsulation) spec.encapsulation = netlink::UdpEncapsulation{child.local.port, child.remote.port};
    spec.replay_window = child.replay_window;
    spec.esn = child.suite.esn;
    return spec;
}

}  // namespace

base::Result<void> Tunnels::install(ike::ChildInstall child) {
    const ike::ChildSaId id = child.child;
    const auto spec = spec_of(std::move(child));
    if (!spec) return tl::unexpected(spec.error());
    const auto installed = installer_.install(*spec);
    if (!installed) return base::fail(Reason::KernelRefused, installed.error().kernel.text);
    installed_.emplace(id, *installed);
    return {};
}

base::Result<void> Tunnels::remove(ike::ChildSaId child) {
    const auto found = installed_.find(child);
    if (found == installed_.end()) return {};
    const netlink::InstalledTunnel tunnel = found->second;
    installed_.erase(found);
    const auto removed = installer_.remove(tunnel);
    if (!removed) return base::fail(Reason::KernelRefused, removed.error().text);
    return {};
}

base::Result<void> Tunnels::remove_all() {
    base::Result<void> result;
    while (!installed_.empty()) {
        const auto removed = remove(installed_.begin()->first);
        if (result && !removed) result = removed;
    }
    return result;
}

TunnelCounters Tunnels::counters(ike::ChildSaId child) {
    TunnelCounters counters;
    const auto found = installed_.find(child);
    if (found == installed_.end()) return counters;
    counters.reqid = static_cast<std::uint32_t>(found->second.reqid);
    if (const auto in = kernel_.find_sa(found->second.inbound)) {
        counters.bytes_in = in->bytes;
        counters.packets_in = in->packets;
    }
    if (const auto out = kernel_.find_sa(found->second.outbound)) {
        counters.bytes_out = out->bytes;
        counters.packets_out = out->packets;
    }
    return counters;
}

}  // namespace xfrmd::daemon
