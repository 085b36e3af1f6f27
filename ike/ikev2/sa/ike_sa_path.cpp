// Where an IKE SA's packets go to and come from, and what follows from a change for its children (RFC 7296 2.23).
#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/sa/ike_sa.h"

namespace xfrmd::ikev2::sa {

// RFC 7296 2.23: IKE_AUTH may come on the NAT traversal port, and a peer behind a NAT is followed to where its new
// authenticated requests come from. Without a NAT, and for our own address, nothing moves later.
void IkeSa::follow_peer(const Path& arrival, Surroundings& around) {
    if (phase_id() == PhaseId::half_open) return move_to(arrival, around);
    if (sa_.nat.remote) move_to({sa_.local, arrival.remote}, around);
}

// RFC 7296 2.23: who is behind a NAT itself does not follow, as anybody who delays a packet could lead it astray. With
// encap = yes we only say that we are. The peer decides how often it moves, and we how often that counts.
void IkeSa::on_peer_moved(const base::Endpoint& remote, Surroundings around) {
    const bool stays_put = sa_.nat.local && !sa_.connection->encap;
    if (!sa_.nat.remote || stays_put || remote == sa_.remote) return;
    if (sa_.followed_at != base::Instant{} && around.now < sa_.followed_at + around.options.follow_pause) return;
    sa_.followed_at = around.now;
    move_to({sa_.local, remote}, around);
}

void IkeSa::move_to(const Path& path, Surroundings& around) {
    if (path.local == sa_.local && path.remote == sa_.remote) return;
    sa_.local = path.local;
    sa_.remote = path.remote;
    auto* phase = std::get_if<Established>(&phase_);
    if (phase == nullptr) return;
    Step current = step(around);
    current.report(ike::Level::info, "peer is at " + sa_.remote.to_string() + " now");
    exchange::move_children(current, *phase);
}

}  // namespace xfrmd::ikev2::sa
