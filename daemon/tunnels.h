// The child SAs that stand in the kernel: installs what engines ask for, removes it, and asks for its counters.
// Translates IKE's words into the kernel port's. One instance for all engines of a network namespace, on one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/child_counts.h"
#include "daemon/cpu_groups.h"
#include "daemon/log.h"
#include "daemon/network_side.h"
#include "daemon/tunnel_offload.h"
#include "daemon/tunnel_options.h"
#include "daemon/tunnel_owner.h"
#include "ike/actions.h"
#include "ike/base/result.h"
#include "ike/child_install.h"
#include "ike/child_use.h"
#include "netlink/installer.h"
#include "netlink/kernel.h"

namespace xfrmd::daemon {

struct TunnelCounters {
    std::uint32_t reqid = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t packets_in = 0;
    std::uint64_t packets_out = 0;
    std::optional<netlink::Offload> offload;  // as it is, whatever was asked for
    netlink::Mark mark_in;
    netlink::Mark mark_out;
    std::uint32_t if_id_in = 0;
    std::uint32_t if_id_out = 0;
    std::optional<std::chrono::sys_seconds> used_in;  // see netlink::SaState
    std::optional<std::chrono::sys_seconds> used_out;
};

// Who else has to do with tunnels; nobody where there is no network of Linux's.
struct TunnelHelpers {
    NetworkSide* network = nullptr;
    Log* log = nullptr;
    DeviceTowards device_towards = {};
};

class Tunnels {
public:
    // `books` and the helpers outlive it.
    explicit Tunnels(netlink::Books& books, TunnelHelpers helpers = {})
        : books_(books), installer_(books), helpers_(std::move(helpers)), groups_(installer_, helpers_.log) {}

    // Later SAs say to the kernel which way their packets go, where it understands that.
    void tell_direction(bool understood) { tell_direction_ = understood; }
    // One result for each, in order. Error: KernelRefused (AlgorithmUnavailable, TrafficSelectorsUnacceptable) with the
    // step and the kernel's words.
    std::vector<base::Result<void>> install(std::vector<ike::ChildInstall> children);
    // Packets go out on a child that was installed with defer_outbound. One that is not there is not an error.
    base::Result<void> use(ike::ChildSaId child);
    // Its SAs and policies follow; one that is not there is not an error. Error: it carries nothing any more, or goes
    // where nobody is.
    base::Result<void> move(const ike::MoveChild& move);
    // A child that is not there is not an error. The first error is returned after everything was tried.
    base::Result<void> remove(std::span<const ike::ChildSaId> children);
    base::Result<void> remove_all();
    // Zeros for what the kernel does not tell.
    TunnelCounters counters(ike::ChildSaId child);
    std::vector<ike::ChildUse> use_of(std::span<const ike::ChildSaId> children);  // of those that are there
    std::size_t size() const { return installed_.size(); }
    std::size_t sa_count() const { return by_sa_.size(); }
    bool has(ike::ChildSaId child) const { return installed_.contains(child); }
    // By either of its SAs; nullptr for one that is not there. Good until the next change.
    const TunnelOwner* owner_of(const netlink::SaId& sa) const;
    const TunnelOwner* owner_of(ike::ChildSaId child) const;
    const netlink::InstalledTunnel* tunnel_of(const netlink::SaId& sa) const;
    const netlink::Tunnel* kept(ike::ChildSaId child) const;  // what the kernel is wanted to have of it
    // Of the tunnel that this policy leads to, where it is one of a group; else nullptr.
    const TunnelOwner* in_group_at(const netlink::PolicyId& policy) const;
    CpuGroups& groups() { return groups_; }
    // Where the kernel does not tell the mark: any that has the rest of it.
    const TunnelOwner* owner_without_mark(const netlink::SaId& sa) const;
    // Is there a child of this connection by this name, in this IKE SA? none: in any.
    bool stands(const std::string& connection, const std::string& child, ike::IkeSaId ike_sa) const {
        return standing_.has(connection, child, ike_sa);
    }
    // Is there an SA that this device works on, by its index?
    bool offloads_to(std::uint32_t device) const { return offloaded_.contains(device); }
    // The next SA of that child answers this ACQUIRE, whose larval SA goes then.
    void answer_acquire(const std::string& connection, const std::string& child, std::uint32_t sequence);

private:
    // A tunnel on its way in.
    struct Candidate {
        TunnelOwner owner;
        std::size_t place = 0;  // of its result
        netlink::TunnelSpec spec;
        OffloadWish offload;
        UniqueNumbers::OfChild numbers;
        ike::ChildSaId replaces{};
        bool replaces_group = false;
        bool asks_for_cpus = false;
        // For another try with less offload: the installer takes the spec's. Empty where there will be none.
        std::optional<std::pair<netlink::Algorithms, netlink::Algorithms>> spare = {};
    };
    struct Installed {
        netlink::InstalledTunnel tunnel;
        TunnelOwner owner;
        UniqueNumbers::OfChild numbers;
        std::uint32_t device = 0;  // that works on its SAs; 0 none
    };

    std::vector<Candidate> candidates(std::vector<ike::ChildInstall> children,
                                      std::vector<base::Result<void>>& results);
    base::Result<void> prepare(Candidate& candidate, ike::ChildInstall child);
    base::Result<void> set_options(Candidate& candidate, const ike::ChildInstall& child);
    void finish(Candidate candidate, netlink::Installer::Result installed, std::vector<base::Result<void>>& results);
    base::Result<void> ask_for_offload(Candidate& candidate) const;
    static void keep_spare(Candidate& candidate);
    // Until the tunnel has what it asks the device for; with hw_offload = auto it asks for less and less.
    netlink::Installer::Result settle_offload(Candidate& candidate, netlink::Installer::Result installed);
    // Why the tunnel has not what it asks for; empty where it has.
    std::string refusal_of(const Candidate& candidate, const netlink::Installer::Result& installed) const;
    void tell_fall_back(const Candidate& candidate, const std::string& reason) const;

    void join_group(const Candidate& candidate, const netlink::InstalledTunnel& tunnel);
    void count(const Installed& tunnel);
    void discount(const Installed& tunnel);
    const Installed* find(const netlink::SaId& sa) const;

    netlink::Books& books_;
    netlink::Installer installer_;
    TunnelHelpers helpers_;
    CpuGroups groups_;
    bool tell_direction_ = false;
    UniqueNumbers numbers_;
    std::map<std::pair<std::string, std::string>, std::uint32_t> acquires_;  // by connection and child
    std::unordered_map<ike::ChildSaId, Installed> installed_;
    std::map<netlink::SaId, ike::ChildSaId> by_sa_;
    ChildCounts standing_;
    std::map<std::uint32_t, std::size_t> offloaded_;  // tunnels, by device
};

}  // namespace xfrmd::daemon
