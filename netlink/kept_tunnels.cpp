#include "netlink/kept_tunnels.h"

namespace xfrmd::netlink {

Claimant make_claimant(std::uint32_t number, Place place) { return Claimant{std::uint64_t{number} << 32 | place}; }

std::optional<Place> KeptTunnels::place_of(std::uint64_t hash, const SaId& inbound) const {
    return tunnels_.find(hash, [&](const KeptTunnel& kept) { return kept.tunnel.ids.inbound == inbound; });
}

KeptTunnel* KeptTunnels::add(Tunnel tunnel) {
    const std::uint64_t hash = hash_of(key_, tunnel.ids.inbound);
    if (place_of(hash, tunnel.ids.inbound)) return nullptr;
    const Place place = tunnels_.add(hash, {std::move(tunnel), Claimant::none});
    if (++added_ == 0) added_ = 1;  // 0 is of those that Claimant has names for
    tunnels_[place].claimant = make_claimant(added_, place);
    return &tunnels_[place];
}

const KeptTunnel* KeptTunnels::find(const SaId& inbound) const {
    const auto place = place_of(hash_of(key_, inbound), inbound);
    return place ? &tunnels_[*place] : nullptr;
}

const KeptTunnel* KeptTunnels::find(Claimant claimant) const {
    const auto place = static_cast<Place>(claimant);
    if (claimant == Claimant::none || !tunnels_.has_place(place) || tunnels_[place].claimant != claimant)
        return nullptr;
    return &tunnels_[place];
}

bool KeptTunnels::move(const KeptTunnel& kept, Tunnel moved) {
    const std::uint64_t hash = hash_of(key_, moved.ids.inbound);
    const auto place = static_cast<Place>(kept.claimant);
    if (const auto there = place_of(hash, moved.ids.inbound); there && *there != place) return false;
    tunnels_.rehash(hash_of(key_, kept.tunnel.ids.inbound), hash, place);
    tunnels_[place].tunnel = std::move(moved);
    return true;
}

void KeptTunnels::remove(const KeptTunnel& kept) {
    tunnels_.remove(hash_of(key_, kept.tunnel.ids.inbound), static_cast<Place>(kept.claimant));
}

std::vector<const KeptTunnel*> KeptTunnels::all() const {
    std::vector<const KeptTunnel*> all;
    all.reserve(tunnels_.size());
    for (const Place place : tunnels_.places()) all.push_back(&tunnels_[place]);
    return all;
}

}  // namespace xfrmd::netlink
