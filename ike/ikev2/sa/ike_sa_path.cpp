// Where an IKE SA's packets go to and come from, and what follows from a change for its children: with MOBIKE (RFC
// 4555) by what is agreed on, without it by what is seen (RFC 7296 2.23).
#include <algorithm>

#include "ike/ikev2/exchange/additional_addresses.h"
#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/mobility.h"
#include "ike/ikev2/sa/ike_sa.h"

namespace xfrmd::ikev2::sa {

namespace {

// Once is bad luck; a path that nobody answers on twice may be gone.
constexpr unsigned kPatience = 2;

}  // namespace

// RFC 7296 2.23: who is behind a NAT itself does not follow, as anybody who delays a packet could lead it astray; to
// another port of the same address it can, as that is still the peer's NAT. With encap = yes we only say that we are
// behind one.
bool IkeSa::may_follow(const base::Endpoint& remote) const {
    const bool stays_put = sa_.nat.local && !sa_.connection->encap && remote.address != sa_.remote.address;
    return sa_.nat.remote && !stays_put;
}

// RFC 7296 2.23, RFC 9242 3.2: what follows the first exchange may come on the NAT traversal port, and a peer behind a
// NAT is followed to where its new authenticated requests come from. Without a NAT, and for our own address, nothing
// moves later. RFC 4555 3.8: with MOBIKE the peer says so when it moves, and other requests may try a path.
void IkeSa::follow_peer(const Path& arrival, Surroundings& around) {
    if (is_half_open()) {
        sa_.local = arrival.local;
        sa_.remote = arrival.remote;
    } else if (!sa_.mobility.agreed && may_follow(arrival.remote)) {
        follow_to(arrival.remote, around);
    }
}

// The kernel says so for each packet, and again while nothing follows. RFC 4555 3.8: with MOBIKE that is for ESP alone.
void IkeSa::on_peer_moved(const base::Endpoint& remote, Surroundings around) {
    auto* phase = std::get_if<Established>(&phase_);
    if (phase == nullptr || !may_follow(remote) || around.now < next_lead(around)) return;
    if (!sa_.mobility.agreed) return follow_to(remote, around);
    Step current = step(around);
    current.report(ike::Level::info, "peer's packets come from " + remote.to_string() + " now");
    sa_.mobility.led_at = around.now;
    exchange::move_children(current, *phase, {sa_.local, remote});
}

void IkeSa::follow_to(const base::Endpoint& remote, Surroundings& around) {
    if (remote == sa_.remote) return;
    sa_.remote = remote;
    step(around).report(ike::Level::info, "peer is at " + sa_.remote.to_string() + " now");
    sa_.mobility.lead_at = next_lead(around);
    lead_children(around);
}

// The peer decides how often it moves, and we how often its children do.
base::Instant IkeSa::next_lead(const Surroundings& around) const {
    const base::Instant last = sa_.mobility.led_at;
    return last == base::Instant{} ? around.now : std::max(around.now, last + around.options.follow_pause);
}

void IkeSa::lead_children(Surroundings& around) {
    auto* phase = std::get_if<Established>(&phase_);
    if (phase == nullptr || sa_.mobility.lead_at > around.now) return;
    sa_.mobility.lead_at = base::kNever;
    sa_.mobility.led_at = around.now;
    Step current = step(around);
    exchange::move_children(current, *phase, {sa_.local, sa_.remote});
}

void IkeSa::on_path(const ike::UsePath& found, Surroundings around) {
    auto* phase = std::get_if<Established>(&phase_);
    const Mobility& mobility = sa_.mobility;
    if (phase == nullptr || phase->is_succeeded || !mobility.agreed) return;
    if (!mobility.decides) return leave_address(found, around);
    // What the operator has named is left where it has gone, and not only because the peer is silent.
    const bool stays_put = found.sought && found.local != sa_.local.address;
    if (stays_put && !exchange::is_named(*sa_.connection, found.local)) return;
    const bool same_port = found.remote == sa_.remote.address || sa_.local.port != around.options.nat_port;
    const Path path{{found.local, sa_.local.port},
                    {found.remote, same_port ? sa_.remote.port : around.options.nat_port}};
    if (path == Path{sa_.local, sa_.remote}) return;
    Step current = step(around);
    exchange::use_path(current, *phase, path);
    if (found.sought) {
        current.send_again();
    } else {
        sa_.window.begin_anew(around.now);
    }
    start_waiting_tasks(around);
}

void IkeSa::leave_address(const ike::UsePath& found, Surroundings& around) {
    if (found.sought || found.local == sa_.local.address) return;
    Step current = step(around);
    exchange::change_own_address(current, found.local);
    sa_.window.begin_anew(around.now);
    start_waiting_tasks(around);
}

void IkeSa::on_own_addresses(Surroundings around) {
    const auto* phase = std::get_if<Established>(&phase_);
    if (phase == nullptr || phase->is_succeeded || !exchange::has_untold_addresses(step(around))) return;
    put_first<AdditionalAddressesTask>(sa_.tasks);
    start_waiting_tasks(around);
}

// RFC 4555 3.5, 3.10: first whether we would send from elsewhere by now, then to where the peer said that it is, too.
void IkeSa::seek_path(Surroundings& around) {
    Mobility& mobility = sa_.mobility;
    if (phase_id() != PhaseId::established || !mobility.agreed || !mobility.decides) return;
    if (sa_.window.retransmissions() < kPatience) return;
    std::vector<base::Address> others = mobility.elsewhere;
    std::erase_if(others, [&](const base::Address& other) {
        return exchange::is_behind(*established(), sa_.remote.address, other);
    });
    const unsigned turn = mobility.sought++;
    const bool stays = turn == 0 || others.empty();
    around.actions.push_back(ike::SeekPath{sa_.id, stays ? sa_.remote.address : others[(turn - 1) % others.size()]});
}

}  // namespace xfrmd::ikev2::sa
