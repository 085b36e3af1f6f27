// What the packets of its children mean to an IKE SA: the peer lives (RFC 7296 2.4), or a child is of no use. The
// kernel is asked only when the answer decides something.
#include <algorithm>
#include <utility>

#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/sa/ike_sa.h"

namespace xfrmd::ikev2::sa {

namespace {

bool is_installed(const ChildSa& child) { return child.state == ChildState::installed; }

// Those that replace each other carry the packets of one; and what one for a single CPU carries is of no less use to
// the one for all of them, to which packets go first (RFC 9611 4).
void note_activity(Established& phase, const ChildSa& active, base::Instant now) {
    for (ChildSa& child : phase.children) {
        const bool leads = active.cpu() && child.resource && !child.cpu() && child.name == active.name;
        if (child.number == active.number || leads) child.active_at = now;
    }
}

// Has the peer sent anything?
bool note_use(Established& phase, const ike::ChildrenUsed& answer, base::Instant now) {
    bool heard = false;
    for (const ike::ChildUse& use : answer.children) {
        ChildSa* child = exchange::find_child(phase, use.child);
        if (child == nullptr) continue;
        const bool received = use.packets_in > child->packets_in;
        if (received || use.packets_out > child->packets_out) note_activity(phase, *child, now);
        child->packets_in = use.packets_in;
        child->packets_out = use.packets_out;
        heard = heard || received;
    }
    return heard;
}

}  // namespace

// RFC 7296 2.4: the peer is asked for life only where its packets do not tell. Should the kernel not answer, it is
// asked all the same.
void IkeSa::check_liveness(Established& phase, Surroundings& around) {
    if (phase.use_awaited_until > around.now && phase.use_awaited_until != base::kNever) return;
    const bool was_asked = std::exchange(phase.use_awaited_until, base::kNever) != base::kNever;
    const bool any = std::any_of(phase.children.begin(), phase.children.end(), is_installed);
    if (was_asked || !any) {
        sa_.tasks.push_back(LivenessTask{});
    } else {
        ask_for_use(phase, around);
    }
}

void IkeSa::ask_for_use(Established& phase, Surroundings& around) {
    ike::QueryUse query{sa_.id, {}};
    for (const ChildSa& child : phase.children) {
        if (is_installed(child)) query.children.push_back(child.id);
    }
    phase.use_awaited_until = around.now + around.options.kernel_patience;
    around.actions.push_back(std::move(query));
}

void IkeSa::check_activity(Established& phase, Surroundings& around) {
    bool any = false;
    for (ChildSa& child : phase.children) {
        if (child.look_at > around.now) continue;
        child.look_at = exchange::look_instant(step(around), child);
        any = true;
    }
    const bool is_awaited = phase.use_awaited_until != base::kNever && phase.use_awaited_until > around.now;
    if (any && !is_awaited) ask_for_use(phase, around);
}

void IkeSa::on_use(const ike::ChildrenUsed& answer, Surroundings around) {
    auto* phase = std::get_if<Established>(&phase_);
    if (phase == nullptr) return;
    phase->use_awaited_until = base::kNever;
    if (note_use(*phase, answer, around.now)) {
        sa_.last_inbound = around.now;
    } else if (liveness_is_due(around.now)) {
        sa_.tasks.push_back(LivenessTask{});
    }
    Step current = step(around);
    for (ChildSa& child : phase->children) {
        if (child.packets_in > 0 && exchange::waits_for_proof(child)) exchange::use_child(current, *phase, child);
        judge_activity(child, around);
    }
    start_waiting_tasks(around);
}

// Our window is 1: the peer has had our answer to its last request when it sends another one.
void IkeSa::use_proven_children(Surroundings& around) {
    auto* phase = std::get_if<Established>(&phase_);
    if (phase == nullptr) return;
    Step current = step(around);
    for (ChildSa& child : phase->children) {
        if (is_installed(child) && exchange::waits_for_proof(child)) exchange::use_child(current, *phase, child);
    }
}

// Whoever has said something since is not asking again any more, and has the child. It may also be that nobody is
// there.
void IkeSa::use_in_time(ChildSa& child, Surroundings& around) {
    Step current = step(around);
    if (!exchange::waits_for_proof(child) || sa_.last_inbound > child.created)
        return exchange::use_child(current, *std::get_if<Established>(&phase_), child);
    child.use_at = around.now + around.options.retirement;
    if (sa_.window.idle() && sa_.tasks.empty()) sa_.tasks.push_back(LivenessTask{});
}

void IkeSa::judge_activity(const ChildSa& child, Surroundings& around) {
    const auto inactivity = exchange::inactivity_of(sa_, child);
    const bool counts =
        inactivity.count() > 0 && is_installed(child) && !exchange::is_replaced(*established(), child.id);
    if (!counts || child.active_at + inactivity > around.now || !has_room(around.options)) return;
    step(around).report(ike::Level::info, "child SA " + child.name + " has carried nothing for " +
                                              std::to_string(inactivity.count()) + " s");
    sa_.tasks.push_back(DeleteChildTask{child.inbound(), child.id, ike::OperationId::none});
}

}  // namespace xfrmd::ikev2::sa
