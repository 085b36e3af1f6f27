// What the kernel of one network namespace is wanted to have, in the books of those who work on it together: the
// Installer (tunnels), StandingPolicies (traps, blocks, shunts) and the Reconciler. One thread.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "ike/base/instant.h"
#include "netlink/kept_tunnels.h"
#include "netlink/keyed_hash.h"
#include "netlink/policy_table.h"
#include "netlink/reqids.h"

namespace xfrmd::netlink {

// An SA from before this process.
struct OrphanedSa {
    base::Address source;
    Reqid reqid{};
    std::vector<PolicyId> policies;  // of ours that lead to it; none where its installation was cut short
    std::optional<base::Instant> replaced_at = {};  // when nothing led to it for the first time
};

struct Books {
    // `key`: random where peers choose selectors and addresses.
    explicit Books(Kernel& port, HashKey key = {}) : kernel(port), reqids(Reqid{1}, key), policies(key), tunnels(key) {}

    Kernel& kernel;
    Reqids reqids;
    PolicyTable policies;
    KeptTunnels tunnels;
    // What claimants want that are no tunnels; a tunnel's policies follow from it.
    std::unordered_map<Claimant, std::vector<PolicySpec>> standing;
    std::map<SaId, OrphanedSa> orphaned_sas;

    // An SA from before this process serves it, and nothing of ours is to stand in its place yet.
    bool is_inherited(const PolicyId& id) const { return policies.standing_rank(id) == Rank::inherited; }
    bool has_orphans_towards(const base::Address& remote) const {
        const auto first = orphaned_sas.lower_bound(SaId{remote, Spi{}, 0});
        return first != orphaned_sas.end() && first->first.destination == remote;
    }
    void give_back_reqid(const Tunnel& tunnel) {
        if (tunnel.owns_reqid) reqids.release(tunnel.mode, tunnel.selectors);
    }
    // No policy's: of SAs that are not to be sent on.
    Reqid resting_reqid() {
        if (resting_ == Reqid{0}) resting_ = reqids.acquire(Mode::tunnel, {});
        return resting_;
    }
    // For whoever is no tunnel: those have one from KeptTunnels.
    Claimant new_claimant() { return make_claimant(++last_claimant_); }

    // What is to stand there, with its index; nullopt where nobody claims it.
    std::optional<PolicySpec> wanted(const PolicyId& id) const;
    // What has to be done so that the kernel has what stands; nothing where it does. `renew` puts it there once more.
    std::optional<Change> change_for(const PolicyId& id, bool renew = false);
    // Claims the policy, which is entered there, and is the one that wanted() will find by the claim. What has to be
    // done in the kernel then: nothing where somebody else's claim stands.
    std::optional<Change> claim(Place place, const Claim& claim, PolicySpec policy);
    // The claim ends. What has to be done in the kernel then, where the policy leads to whoever has it next, or goes:
    // nothing where another one stands, or where it is not there.
    std::optional<Change> let_go(Claimant claimant, const PolicyId& id);
    // The claimant has got what it wanted, in the kernel too: what stood there before this process does not come back.
    // SAs that nothing sends through any more end, or a trap with their reqid would lead packets into them.
    void settle(Claimant claimant, const PolicyId& id);

    // Changes the kernel and notes in the policy table what became of it. The Installation, which knows the policies'
    // places, notes that itself (PolicyTable::put_in_kernel()).
    std::vector<KernelResult<void>> apply(std::span<const Change> changes);
    // For changes that take something away: what is gone is fine, what fails is tried once more (ENOMEM passes). The
    // first error that stays, with the change in words.
    KernelResult<void> insist(std::span<const Change> changes);

private:
    std::optional<PolicySpec> wanted(const PolicyTable::Entry& entry) const;
    void end_replaced_senders(const PolicyId& id);

    std::uint32_t last_claimant_ = 0;
    Reqid resting_{0};
};

// The same error with what was tried before it: "adding the inbound SA ...: EEXIST: File exists".
KernelError named(const Change& change, const KernelError& error);

}  // namespace xfrmd::netlink
