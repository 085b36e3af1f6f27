// The tunnels that were installed, by their inbound SA and by what they claim policies as. References and pointers to
// one are good until it is removed.
#pragma once

#include <vector>

#include "netlink/place_table.h"
#include "netlink/policy_table.h"
#include "netlink/tunnel.h"

namespace xfrmd::netlink {

struct KeptTunnel {
    Tunnel tunnel;
    Claimant claimant = Claimant::none;
};

class KeptTunnels {
public:
    explicit KeptTunnels(HashKey key = {}) : key_(key) {}

    // With a claimant of its own; nullptr where one with this inbound SA is kept already.
    KeptTunnel* add(Tunnel tunnel);
    // nullptr where none is kept.
    const KeptTunnel* find(const SaId& inbound) const;
    const KeptTunnel* find(Claimant claimant) const;
    // Its out policies are deferred no more.
    void use(const KeptTunnel& kept) { tunnels_[static_cast<Place>(kept.claimant)].tunnel.defers_outbound = false; }
    void set_reqid_out(const KeptTunnel& kept, Reqid reqid) {
        tunnels_[static_cast<Place>(kept.claimant)].tunnel.reqid_out = reqid;
    }
    void ask_for_cpus(const KeptTunnel& kept, bool asks) {
        tunnels_[static_cast<Place>(kept.claimant)].tunnel.policy.asks_for_cpus = asks;
    }
    // The same tunnel with other addresses: the claimant stays. False where another one has that inbound SA, and
    // nothing was changed then.
    bool move(const KeptTunnel& kept, Tunnel moved);
    void remove(const KeptTunnel& kept);

    // In no order.
    std::vector<const KeptTunnel*> all() const;
    std::size_t size() const { return tunnels_.size(); }
    bool empty() const { return size() == 0; }

private:
    std::optional<Place> place_of(std::uint64_t hash, const SaId& inbound) const;

    HashKey key_;
    PlaceTable<KeptTunnel> tunnels_;
    std::uint32_t added_ = 0;
};

// A number that was not given out before, in the upper half; in the lower one a tunnel's place, or kNoPlace for others.
Claimant make_claimant(std::uint32_t number, Place place = kNoPlace);

}  // namespace xfrmd::netlink
