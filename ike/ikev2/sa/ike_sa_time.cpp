// What an IKE SA does because time has passed: retransmission, liveness checks, keepalives, rekeying, and the end of
// what waits too long (RFC 7296 2.1, 2.4, 2.8; RFC 3948 2.3).
#include <algorithm>
#include <utility>

#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/follow_up.h"
#include "ike/ikev2/sa/ike_sa.h"

namespace xfrmd::ikev2::sa {

using base::Reason;

namespace {

Reason end_of(const Established& phase) {
    if (phase.is_succeeded) return Reason::Rekeyed;
    if (phase.is_redirected) return Reason::Redirected;
    return phase.is_outdone ? Reason::NotUnique : Reason::LifeOver;
}

}  // namespace

void IkeSa::on_time(Surroundings around) {
    for (Reassembly* message : {&sa_.fragmented_request, &sa_.fragmented_response}) {
        if (message->forgotten_at() <= around.now) message->clear();
    }
    if (!is_waiting() && sa_.window.retransmit_at() <= around.now) on_retransmission(around);
    // Who waits for us, and has signed, is not to blame for that; what is waited for has limits of its own.
    if (is_half_open() && !is_waiting() && sa_.half_open_until <= around.now) {
        return close({Reason::HalfOpenExpired, {}, {}}, around);
    }
    auto* phase = std::get_if<Established>(&phase_);
    if (phase == nullptr) return;
    lead_children(around);
    queue_due_tasks(*phase, around);
    if (sa_.nat.local && sa_.last_outbound + around.options.nat_keepalive <= around.now) {
        step(around).send({0xff});  // RFC 3948 2.3
    }
    start_waiting_tasks(around);
}

void IkeSa::queue_due_tasks(Established& phase, Surroundings& around) {
    Step current = step(around);
    exchange::remove_retired_children(current, phase);
    const auto is_due = [&](base::Instant& at) {
        return at <= around.now && has_room(around.options) && std::exchange(at, base::kNever) != base::kNever;
    };
    queue_postponed(around);
    if (phase.awaited && phase.awaited->until <= around.now) exchange::forget_follow_ups(current, phase);
    for (ChildSa& child : phase.children) {
        if (child.use_at <= around.now && child.state == ChildState::installed) use_in_time(child, around);
        if (is_due(child.rekey_at)) sa_.tasks.push_back(RekeyChildTask{child.id, ike::OperationId::none});
    }
    if (is_due(phase.rekey_at)) sa_.tasks.push_back(RekeyIkeTask{});
    if (is_due(phase.over_at)) sa_.tasks.push_front(DeleteIkeTask{ike::OperationId::none, end_of(phase)});
    if (is_due(phase.proof.over_at)) sa_.tasks.push_front(DeleteIkeTask{ike::OperationId::none, Reason::LifeOver});
    if (liveness_is_due(around.now)) check_liveness(phase, around);
    check_activity(phase, around);
}

void IkeSa::queue_postponed(Surroundings& around) {
    for (PostponedChild& child : std::exchange(sa_.postponed, {})) {
        const bool is_due = child.again_at <= around.now;
        if (is_due && has_room(around.options)) {
            sa_.tasks.push_back(std::move(child.task));
            continue;
        }
        if (is_due) child.again_at = around.now + around.options.rekey_retry;  // a time that has gone would not end
        sa_.postponed.push_back(std::move(child));
    }
}

void IkeSa::on_retransmission(Surroundings& around) {
    // RFC 7296 2.21.1: anybody can refuse, and the peer's own answer may have been lost, so it is asked once more.
    auto* waiting = std::get_if<InitRequested>(&phase_);
    const bool is_refused = waiting != nullptr && waiting->refusal;
    if (is_refused && std::exchange(waiting->is_doubted, true)) return close(std::move(*waiting->refusal), around);
    // 2.23: a peer behind a NAT may have been followed since.
    const Datagrams* packet = sa_.window.retransmit(around.now, around.options.retransmit);
    if (packet == nullptr) {
        if (is_refused) return close(std::move(*waiting->refusal), around);
        return close({Reason::PeerSilent, "no answer from " + sa_.remote.to_string(), {}}, around);
    }
    Step current = step(around);
    current.send_on({sa_.local, sa_.remote}, *packet);
    current.report(ike::Level::info, "no answer yet, retransmission " + std::to_string(sa_.window.retransmissions()) +
                                         " to " + sa_.remote.to_string());
    seek_path(around);
}

bool IkeSa::liveness_is_due(base::Instant now) const {
    const auto dpd = sa_.connection->dpd_delay;
    return dpd.count() > 0 && is_ready() && sa_.last_inbound + dpd <= now;
}

base::Instant IkeSa::deadline(const Options& options) const {
    base::Instant due = std::min(sa_.fragmented_request.forgotten_at(), sa_.fragmented_response.forgotten_at());
    if (!is_waiting()) due = std::min(due, sa_.window.retransmit_at());
    if (is_half_open() && !is_waiting()) due = std::min(due, sa_.half_open_until);
    if (phase_id() != PhaseId::established) return due;
    const auto dpd = sa_.connection->dpd_delay;
    const base::Instant awaited = established()->use_awaited_until;
    if (dpd.count() > 0 && is_ready()) {
        const base::Instant silent = sa_.last_inbound + dpd;
        due = std::min(due, awaited == base::kNever ? silent : std::max(awaited, silent));
    }
    if (sa_.nat.local) due = std::min(due, sa_.last_outbound + options.nat_keepalive);
    const Proof& proof = established()->proof;
    due = std::min({due, established()->rekey_at, established()->over_at, proof.over_at, repeat_at(),
                    sa_.mobility.lead_at, sa_.repeats.again_at});
    if (established()->awaited) due = std::min(due, established()->awaited->until);
    for (const PostponedChild& child : sa_.postponed) due = std::min(due, child.again_at);
    for (const ChildSa& child : established()->children) {
        if (child.state == ChildState::installed) due = std::min(due, child.use_at);
        due = std::min({due, child.rekey_at, child.retired_until, child.look_at});
    }
    return due;
}

}  // namespace xfrmd::ikev2::sa
