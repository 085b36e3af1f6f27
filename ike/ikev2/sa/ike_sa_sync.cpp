// A member of a cluster has taken over the peer's side of the IKE SA, and says which message ids it goes on with (RFC
// 6311). Its request comes under message id 0 whatever the window is.
#include <functional>
#include <utility>

#include "ike/ikev2/exchange/id_sync.h"
#include "ike/ikev2/exchange/informational.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/sa/ike_sa.h"

namespace xfrmd::ikev2::sa {

namespace {

using base::Reason;

// RFC 7383 2.6.1: it is never cut into fragments.
bool may_be_id_sync(const wire::Received& received) {
    return received.header.message_id == wire::MessageId{0} &&
           received.header.exchange == wire::ExchangeType::informational && !received.encrypted->fragment;
}

}  // namespace

// False: it is none.
bool IkeSa::on_id_sync(const wire::Received& received, base::ByteView bytes, const Path& arrival,
                       Surroundings& around) {
    const bool is_proven = phase_id() == PhaseId::established || phase_id() == PhaseId::deleting;
    if (!sa_.id_sync.agreed || !is_proven || !may_be_id_sync(received)) return false;
    const auto inner = exchange::unprotect(step(around), *keyed(), received);
    if (!inner) return false;
    const auto payloads = wire::decode_inner((*inner)->first, (*inner)->bytes);
    if (!payloads || payloads->find(wire::NotifyType::ikev2_message_id_sync) == nullptr) return false;
    if (sa_.id_sync.print == Window::print_of(bytes) && !sa_.id_sync.answer.empty()) {
        // RFC 7296 2.1: the answer was lost.
        step(around).send_on(arrival, sa_.id_sync.answer);
        return true;
    }
    const auto ids = exchange::read_message_ids(*payloads);
    if (!ids) {
        drop(ids.error(), around);
    } else {
        synchronize(*ids, bytes, arrival, around);
    }
    return true;
}

// RFC 6311 5.1, 9: who has sent more than it says has not been told that it was, or somebody says it once more; what
// was in flight gets no answer.
void IkeSa::synchronize(const exchange::MessageIds& ids, base::ByteView bytes, const Path& arrival,
                        Surroundings& around) {
    const bool was_idle = sa_.window.idle();
    const auto ours = sa_.window.synchronize(ids.send, ids.receive);
    if (!ours) return drop({Reason::MessageIdUnexpected, "IKEV2_MESSAGE_ID_SYNC of ids that were used", {}}, around);
    sa_.last_inbound = around.now;
    follow_peer(arrival, around);
    Step current = step(around);
    current.report(ike::Level::info, "another member of the peer's cluster has taken over");
    const wire::Header header = exchange::response_header(sa_, wire::ExchangeType::informational, wire::MessageId{0});
    const wire::Notify answer = exchange::message_ids({ids.nonce, *ours, ids.send});
    sa_.id_sync.print = Window::print_of(bytes);
    sa_.id_sync.answer =
        exchange::with_marker(current, arrival.local, exchange::protect(*keyed(), around.random, header, {answer}));
    current.send_on(arrival, sa_.id_sync.answer);
    if (was_idle) return;
    if (auto* established = std::get_if<Established>(&phase_)) {
        exchange::begin_again(current, *established);
    } else if (auto* deleting = std::get_if<Deleting>(&phase_)) {
        exchange::send_delete(current, deleting->keyed);
    }
}

}  // namespace xfrmd::ikev2::sa
