// The child SAs that stand in the kernel: installs what engines ask for, removes it, and asks for its counters.
// Translates IKE's words into the kernel port's. One instance for all engines of a network namespace, on one thread.
#pragma once

#include <memory>
#include <unordered_map>

#include "ike/base/result.h"
#include "ike/child_install.h"
#include "netlink/installer.h"
#include "netlink/kernel.h"

namespace xfrmd::daemon {

struct TunnelCounters {
    std::uint32_t reqid = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t packets_in = 0;
    std::uint64_t packets_out = 0;
};

class Tunnels {
public:
    explicit Tunnels(netlink::Kernel& kernel) : kernel_(kernel), installer_(kernel) {}

    // Error: KernelRefused (AlgorithmUnavailable, TrafficSelectorsUnacceptable) with the step and the kernel's words.
    base::Result<void> install(ike::ChildInstall child);
    // A child that is not there is not an error.
    base::Result<void> remove(ike::ChildSaId child);
    // The first error is returned after everything was tried.
    base::Result<void> remove_all();
    // Zeros for what the kernel does not tell.
    TunnelCounters counters(ike::ChildSaId child);
    std::size_t size() const { return installed_.size(); }

private:
    netlink::Kernel& kernel_;
    netlink::Installer installer_;
    std::unordered_map<ike::ChildSaId, netlink::InstalledTunnel> installed_;
};

}  // namespace xfrmd::daemon
