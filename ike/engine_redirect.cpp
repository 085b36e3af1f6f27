// From one gateway to another (RFC 5685): the IKE SA that is begun in place of one whose peer wants us elsewhere, and
// the operator's wish to send a peer there.
#include <algorithm>
#include <utility>

#include "ike/engine.h"

namespace xfrmd::ike {

using base::Reason;
using ikev2::sa::DeleteIkeTask;
using ikev2::sa::IkeSa;

namespace {

// Where routing would have us be, unless the connection has a say in that.
base::Address own_address(const ikev2::sa::Sa& sa, const base::Address& routed) {
    const auto& configured = sa.connection->local_addrs;
    const bool is_ours = configured.empty() || std::any_of(configured.begin(), configured.end(),
                                                           [&](const auto& range) { return range.contains(routed); });
    return is_ours ? routed : sa.local.address;
}

// 3: the same connection, whoever the gateway is.
void inherit(ikev2::sa::Sa& sa, const ikev2::sa::Sa& old) {
    sa.connection = old.connection;
    sa.configuration = old.configuration;
    sa.has_inherited_sas = old.has_inherited_sas;
    sa.redirection.from = old.remote.address;
}

}  // namespace

void Engine::on(const Redirect& wish, Turn& turn) {
    IkeSa* sa = table_.find(wish.ike_sa);
    if (sa == nullptr || sa->established() == nullptr) {
        return fail(wish.operation, {Reason::NotFound, "no such SA", {}}, turn);
    }
    // 3: nobody else is told.
    if (!sa->sa().redirection.peer_follows) {
        return fail(wish.operation, {Reason::RedirectUnacceptable, "the peer has not said that it follows any", {}},
                    turn);
    }
    sa->add_task(ikev2::sa::RedirectTask{wish.gateway, wish.operation}, around(turn));
    settle(*sa, true, turn);
}

// An attempt is given up for the other one. One that stands is kept until that has its children, as when it is
// authenticated again: packets have a way all the time, and it is still there if the other gateway does not answer.
void Engine::follow_redirect(IkeSa& old, const base::Address& local, Turn& turn) {
    const auto wanted = std::exchange(old.sa().redirection.wanted, std::nullopt);
    // One that is followed by another one already is left for that.
    if (!wanted || old.is_leaving() || old.sa().repeated_by != IkeSaId::none) return;
    const base::Address& gateway = *wanted;
    const base::Address from = own_address(old.sa(), local);
    if (from.family() != gateway.family() || local == gateway) {  // which is one of our own
        const std::string why = "to " + gateway.to_string() + ", which is not reached from " + from.to_string();
        return old.refuse_redirect({Reason::RedirectUnacceptable, why, {}}, around(turn));
    }
    const bool stands = old.established() != nullptr;
    if (stands && table_.ike_sas() >= options_.most_ike_sas) {
        return old.refuse_redirect({Reason::TableFull, {}, {}}, around(turn));
    }
    if (!redirects_.note(old.sa().connection_name(), turn.now, options_)) {
        return old.refuse_redirect({Reason::TooManyRetries, "from one gateway to the next", {}}, around(turn));
    }
    const policy::Connection& connection = *old.sa().connection;
    ikev2::sa::Sa sa = make_sa(true, {from, connection.local_port}, {gateway, connection.remote_port}, turn);
    inherit(sa, old.sa());
    if (stands) {
        // Without a child there is nothing to do at the other gateway, before somebody wants one.
        if (old.children_to_repeat().empty()) {
            return old.add_task(DeleteIkeTask{OperationId::none, Reason::Redirected}, around(turn));
        }
        sa.repeats.of = old.sa().id;
        old.begin_reauthentication(sa.id);
    } else {
        sa.repeats = std::exchange(old.sa().repeats, {});  // whose place the attempt was to take
        sa.tasks = old.take_wishes(around(turn));
    }
    IkeSa& added = table_.add(std::make_unique<IkeSa>(std::move(sa)));
    stands ? catch_up(added, old, turn) : table_.swap_numbers(old.sa().id, added.sa().id);
    added.initiate(around(turn));
    settle(added, false, turn);
    if (!stands) old.give_up({Reason::Rekeyed, {}, {}}, around(turn));
}

}  // namespace xfrmd::ike
