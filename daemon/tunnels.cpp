#include "daemon/tunnels.h"

#include <utility>
#include <vector>

#include "daemon/esp_algorithms.h"
#include "daemon/kernel_selectors.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;

base::Result<netlink::TunnelSpec> spec_of(ike::ChildInstall child) {
    auto selectors = kernel_selectors(child.local_ts, child.remote_ts);
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
