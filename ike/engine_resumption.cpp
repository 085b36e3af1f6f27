// Resumption (RFC 5723), as far as it is about another IKE SA than the one that resumes.
#include <utility>

#include "ike/engine.h"

namespace xfrmd::ike {

using base::Reason;
using ikev2::sa::IkeSa;

// 4.3.4: the old one goes without a Delete; its peer knows it no more.
void Engine::end_resumed(IkeSa& sa, Turn& turn) {
    IkeSa* old = table_.find(std::exchange(sa.sa().resumes, ikev2::wire::IkeSpi::none));
    if (old == nullptr) return;
    old->close_silently({Reason::Redundant, "it is resumed", {}}, around(turn));
    settle(*old, true, turn);
}

// A gateway has taken the ticket, and then one end did not believe the other: IKE_SA_INIT is open (4.3.1). What was to
// be done is the new attempt's, and so is the number.
void Engine::begin_anew(IkeSa& old, Turn& turn) {
    if (!std::exchange(old.sa().begins_anew, false)) return;
    const policy::Connection& connection = *old.sa().connection;
    ikev2::sa::Sa sa = make_sa(true, {old.sa().local.address, connection.local_port},
                               {old.sa().remote.address, connection.remote_port}, turn);
    sa.connection = old.sa().connection;
    sa.configuration = old.sa().configuration;
    sa.has_inherited_sas = old.sa().has_inherited_sas;
    sa.tasks = old.take_wishes(around(turn));
    IkeSa& added = table_.add(std::make_unique<IkeSa>(std::move(sa)));
    table_.swap_numbers(old.sa().id, added.sa().id);
    old.close_silently({Reason::Rekeyed, {}, {}}, around(turn));
    added.initiate(around(turn));
    settle(added, false, turn);
}

}  // namespace xfrmd::ike
