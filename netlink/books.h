// What the kernel of one network namespace is wanted to have, in the books of those who work on it together: the
// Installer (tunnels), StandingPolicies (traps, blocks, shunts) and the Reconciler. One thread.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "netlink/keyed_hash.h"
#include "netlink/policy_table.h"
#include "netlink/reqids.h"
#include "netlink/tunnel.h"

namespace xfrmd::netlink {

struct KeptTunnel {
    Tunnel tunnel;
    Claimant claimant{};
};

// An SA from before this process, known by the policies of ours that lead to it.
struct OrphanedSa {
    SaId id;
    Reqid reqid{};
    std::vector<PolicyId> policies;
    bool is_replaced = false;  // nothing led to it at the last look
};

struct Books {
    explicit Books(Kernel& port, Reqid first_reqid = Reqid{1}) : kernel(port), reqids(first_reqid) {}

    Kernel& kernel;
    Reqids reqids;
    PolicyTable policies;
    std::unordered_map<SaId, KeptTunnel, SaIdHash> tunnels;  // by inbound SA
    std::vector<OrphanedSa> orphaned_sas;

    // An SA from before this process still serves it, and nobody claims it.
    bool is_inherited(const PolicyId& id) const;
    void give_back_reqid(const Tunnel& tunnel) {
        if (tunnel.owns_reqid) reqids.release(tunnel.mode, tunnel.selectors);
    }
    Claimant new_claimant() { return Claimant{++last_claimant_}; }

    // Changes the kernel and notes in the policy table what became of it.
    std::vector<KernelResult<void>> apply(std::span<const Change> changes);
    // For changes that take something away: what is gone is fine, what fails is tried once more (ENOMEM passes). The
    // first error that stays, with the change in words.
    KernelResult<void> insist(std::span<const Change> changes);

private:
    std::uint64_t last_claimant_ = 0;
};

// The same error with what was tried before it: "adding the inbound SA ...: EEXIST: File exists".
KernelError named(const Change& change, const KernelError& error);

}  // namespace xfrmd::netlink
