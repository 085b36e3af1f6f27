// Several IKE SAs with one peer: which of them stay (RFC 7296 2.4, 2.8.2; `unique`).
#include <algorithm>
#include <utility>

#include "ike/engine.h"
#include "ike/ikev2/exchange/authentication.h"

namespace xfrmd::ike {

using base::Reason;
using ikev2::sa::IkeSa;

namespace {

// Others refuse a peer for it, or say no INITIAL_CONTACT: who may be anybody is never told that.
bool counts_elsewhere(const policy::Connection& connection) {
    using enum policy::Unique;
    return connection.unique == keep || (connection.unique != never && connection.last_remote().id.is_exact());
}

PeerNews news_of(const IkeSa& sa, PeerTurn turn) {
    const auto* established = sa.established();
    return {turn,
            sa.sa().id,
            established->local_id,
            established->remote_id,
            sa.sa().remote.address,
            sa.sa().created,
            sa.sa().connection->shared_from_this()};
}

}  // namespace

// Did both ends begin before they knew of the other's? It may have taken the peer as long as we would ask again.
bool Engine::have_crossed(const IkeSa& ours, const IkeSa& theirs) const {
    if (ours.established() == nullptr || theirs.established() == nullptr || ours.is_leaving() || theirs.is_leaving()) {
        return false;
    }
    const ikev2::sa::Origin& one = ours.sa().origin;
    const ikev2::sa::Origin& other = theirs.sa().origin;
    return one.is_ours && !other.is_ours && ours.sa().connection == theirs.sa().connection &&
           one.created < other.established && other.created < one.established + options_.predecessor_life;
}

// RFC 7296 2.4: as initiator, do we have no other IKE SA between these identities? Asked as late as can be, for the
// peer may have come first meanwhile. With somebody who may be anybody there is no telling, and SAs that outlived a
// crash are to carry packets until the new child stands.
bool Engine::is_first_contact(const ikev2::sa::Sa& sa) {
    const policy::Connection& connection = *sa.connection;
    const policy::Identity& peer = connection.last_remote().id;
    if (sa.has_inherited_sas || !peer.is_exact()) return false;
    if (connection.unique == policy::Unique::never) return false;  // nor are the others to go at the peer
    const auto own = ikev2::exchange::own_identity(connection.last_local(), sa.local.address);
    if (own.is_null() || table_.is_known_elsewhere(own, peer)) return false;
    const auto others = table_.of_identities(own, peer);
    return std::none_of(others.begin(), others.end(),
                        [](const IkeSa* other) { return other->established() != nullptr; });
}

// IKE_AUTH, which says so, may go with what it is told next.
void Engine::note_first_contact(IkeSa& sa) {
    if (ikev2::sa::is_before_auth(sa.phase_id())) sa.sa().announce_initial_contact = is_first_contact(sa.sa());
}

// What one that comes up means for others with the same peer, here and in other engines.
void Engine::claim_peer(IkeSa& sa, Turn& turn) {
    using enum policy::Unique;
    if (sa.established()->remote_id.is_null()) return;  // RFC 7619 2.3: one of many
    const policy::Unique unique = sa.sa().connection->unique;
    if (counts_elsewhere(*sa.sa().connection)) tell_place(sa, turn);
    if (unique == never) return;
    PeerNews news = news_of(sa, PeerTurn::replaces);
    if (sa.sa().peer_announced_initial_contact) {
        news.turn = PeerTurn::first_contact;
    } else if (unique != replace) {
        return;
    }
    on(news, turn);
    tell_engines(std::move(news), turn);
}

void Engine::tell_place(IkeSa& sa, Turn& turn) {
    if (options_.shards == 1) return;
    sa.sa().told_at = sa.sa().remote.address;
    tell_engines(news_of(sa, PeerTurn::stands), turn);
}

void Engine::tell_gone(ikev2::sa::Sa& sa, Turn& turn) const {
    if (std::exchange(sa.told_at, std::nullopt)) tell_engines({PeerTurn::gone, sa.id, {}, {}, {}, {}}, turn);
}

void Engine::tell_engines(PeerNews news, Turn& turn) const {
    if (options_.shards > 1) turn.actions.push_back(TellEngines{std::move(news)});
}

void Engine::on(const PeerNews& news, Turn& turn) {
    if (news.turn == PeerTurn::stands) return table_.note_elsewhere(news);
    if (news.turn == PeerTurn::gone) return table_.forget_elsewhere(news.ike_sa);
    for (IkeSa* other : table_.of_identities(news.local_id, news.remote_id)) {
        if (other->sa().id != news.ike_sa) end_in_favour_of(news, *other, turn);
    }
}

// RFC 7296 2.4: with INITIAL_CONTACT, what we have with this very pair of identities is left over, and nobody is there
// to be told. What came up since the new one was begun, its peer could not know of when it said so. Where both ends
// have begun at once, that is settled otherwise.
void Engine::end_in_favour_of(const PeerNews& news, IkeSa& other, Turn& turn) {
    const auto* old = other.established();
    if (old != nullptr && other.sa().origin.established >= news.created) return;
    if (news.turn == PeerTurn::first_contact) {
        other.close_silently({Reason::PeerDeleted, "peer announced INITIAL_CONTACT", {}}, around(turn));
    } else {
        const IkeSa* claims = table_.find(news.ike_sa);
        const bool crossed = claims != nullptr && (have_crossed(other, *claims) || have_crossed(*claims, other));
        const bool follows = claims != nullptr && claims->sa().repeats.of == other.sa().id;
        const bool counts = news.connection->counts_with(*other.sa().connection);
        if (old == nullptr || !counts || crossed || follows || other.is_leaving()) return;
        other.give_way(other.sa().remote.address != news.remote, around(turn));
    }
    settle(other, true, turn);
}

// Two ends that begin at once make two IKE SAs. As of rekeyings that cross (RFC 7296 2.8.2), both know which one is
// redundant: that with the lower SPI of its initiator. It is deleted by who began the other one and so has the peer's
// word that it stands.
void Engine::settle_crossing(IkeSa& sa, Turn& turn) {
    const auto* established = sa.established();
    for (IkeSa* other : table_.of_identities(established->local_id, established->remote_id)) {
        IkeSa& ours = sa.sa().origin.is_ours ? sa : *other;
        IkeSa& theirs = &ours == &sa ? *other : sa;
        if (other == &sa || !have_crossed(ours, theirs)) continue;
        if (ours.sa().origin.spi_i < theirs.sa().origin.spi_i) {
            hand_over_wishes(ours, theirs, turn);
        } else {
            replace(theirs, ours, turn);
        }
        settle(*other, true, turn);
    }
}

// The peer came first: what we have begun towards it and it knows no more of than a half-open IKE SA would only be a
// second one.
void Engine::give_up_attempts(IkeSa& sa, Turn& turn) {
    if (sa.sa().original_initiator || sa.is_leaving()) return;
    for (IkeSa* attempt : table_.attempts_of(sa.sa().connection_name())) {
        const bool is_same_peer =
            sa.sa().connection->last_remote().id.is_exact() || attempt->sa().remote.address == sa.sa().remote.address;
        const bool is_new = attempt->sa().repeats.of == IkeSaId::none;
        if (!is_same_peer || !is_new) continue;
        hand_over_wishes(*attempt, sa, turn);
        attempt->close_silently({Reason::Redundant, {}, {}}, around(turn));
        settle(*attempt, false, turn);
    }
}

void Engine::hand_over_wishes(IkeSa& redundant, IkeSa& stays, Turn& turn) {
    for (ikev2::sa::Task& task : std::exchange(redundant.sa().tasks, {})) {
        const bool creates = std::holds_alternative<ikev2::sa::CreateChildTask>(task);
        (creates ? stays : redundant).add_task(std::move(task), around(turn));
    }
    redundant.hand_over_postponed(stays);
}

// RFC 7296 2.25: what the peer had put off in an IKE SA that it has deleted, it may grant in another one.
void Engine::ask_elsewhere(IkeSa& closed, Turn& turn) {
    for (const ikev2::sa::PostponedChild& left : std::exchange(closed.sa().postponed, {})) {
        const auto& task = left.task;
        Initiate wish{task.operation, closed.sa().connection_name(), task.child, {}, {}, IkeSaId::none, task.packet};
        const IkeSa* other = ike_sa_for(wish);
        if (other == nullptr) {
            fail(wish.operation, {Reason::PeerDeleted, {}, {}}, turn);
        } else {
            wish.ike_sa = other->sa().id;
            on(wish, turn);
        }
    }
}

// Children that only the redundant one has come up in the other one.
void Engine::replace(IkeSa& redundant, IkeSa& stays, Turn& turn) {
    for (const ikev2::sa::ChildSa& child : redundant.established()->children) {
        if (child.cpu()) continue;
        stays.add_task(ikev2::sa::CreateChildTask{child.name, OperationId::none, {}, {}, {}, 0, child.only},
                       around(turn));
    }
    hand_over_wishes(redundant, stays, turn);
    redundant.add_task(ikev2::sa::DeleteIkeTask{OperationId::none, Reason::Redundant}, around(turn));
}

}  // namespace xfrmd::ike
