// Answers from outside (enquiries.h): whoever waits for one goes on.
#include "ike/engine.h"
#include "ike/ikev2/exchange/virtual_addresses.h"

namespace xfrmd::ike {

void Engine::on(const Fetched& answer, Turn& turn) {
    validation_.enquiries.answer(answer, turn.now);
    go_on(turn);
}

void Engine::on(const Signed& answer, Turn& turn) {
    validation_.enquiries.answer(answer, turn.now);
    go_on(turn);
}

void Engine::on(const Leased& answer, Turn& turn) {
    validation_.enquiries.answer(answer, turn.now);
    go_on(turn);
}

// Addresses go with the IKE SA that had them last.
void Engine::let_go_of_addresses(const ikev2::sa::Sa& sa, Turn& turn) {
    const policy::LeaseHolder asked = ikev2::exchange::holder_of(sa);
    if (validation_.enquiries.forget_lease(asked)) turn.actions.push_back(ReturnAddresses{asked});
    if (sa.vips.holder == policy::LeaseHolder::none) return;
    if (!sa.vips.local.empty()) turn.actions.push_back(DropAddresses{sa.vips.holder});
    if (!sa.vips.remote.empty()) turn.actions.push_back(ReturnAddresses{sa.vips.holder});
}

// Who authenticates again is known by where it is, however it came there.
void Engine::tell_where_leases_are(ikev2::sa::Sa& sa, Turn& turn) {
    if (sa.vips.remote.empty() || sa.vips.leased_at == sa.remote) return;
    sa.vips.leased_at = sa.remote;
    turn.actions.push_back(MoveLeases{sa.vips.holder, sa.remote});
}

void Engine::go_on(Turn& turn) {
    for (const IkeSaId id : validation_.enquiries.take_ready()) {
        IkeSa* sa = table_.find(id);
        if (sa == nullptr) continue;
        const bool was_established = sa->established() != nullptr;
        note_first_contact(*sa);
        sa->on_answer(around(turn));
        settle(*sa, was_established, turn);
    }
}

}  // namespace xfrmd::ike
