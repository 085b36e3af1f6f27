// How one IKE SA takes the place of another: by rekeying (RFC 7296 2.18), by authenticating again (2.8.3), or because
// the connection is to have one only.
#include <algorithm>
#include <iterator>
#include <utility>

#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/follow_up.h"
#include "ike/ikev2/exchange/mobility.h"
#include "ike/ikev2/exchange/rekey_time.h"
#include "ike/ikev2/exchange/ticketing.h"
#include "ike/ikev2/sa/ike_sa.h"

namespace xfrmd::ikev2::sa {

namespace {

using base::Reason;

// Of the old IKE SA with the one that has been authenticated in its place: longer than a packet is on its way, and
// short beside any time after which the peer would begin to authenticate again itself.
constexpr base::Duration kOverlap = std::chrono::seconds(1);

bool is_wanted(const Established& phase, const ChildSa& child) {
    return child.state == ChildState::installed && !child.is_redundant && !exchange::is_replaced(phase, child.id);
}

// What has been waiting for nothing but this, and is of no use to the heir.
bool ends_by_succession(Step& step, const Task& task) {
    if (const auto* rekey = std::get_if<RekeyIkeTask>(&task)) {
        step.done(rekey->operation, {}, {});
        return true;
    }
    const auto* over = std::get_if<DeleteIkeTask>(&task);
    return over != nullptr && over->reason == Reason::LifeOver;
}

}  // namespace

// RFC 7296 2.18: the new IKE SA has the children of the old one.
void IkeSa::hand_over_to(IkeSa& heir, Surroundings around) {
    auto* old = std::get_if<Established>(&phase_);
    auto* next = std::get_if<Established>(&heir.phase_);
    if (old == nullptr || next == nullptr) return;
    Step current = step(around);
    exchange::forget_follow_ups(current, *old);
    std::move(old->children.begin(), old->children.end(), std::back_inserter(next->children));
    old->children.clear();
    // Other keys prove nothing anew (RFC 4478): what is over for want of that ends all the same.
    const bool proof_is_over = sa_.connection->reauth_time.count() > 0 && old->proof.over_at == base::kNever;
    next->without_resources = std::exchange(old->without_resources, {});
    next->proof = std::exchange(old->proof, {});
    next->ppk = old->ppk;
    // Of RFC 8784's, SK_d has it, and SK_e of the first IKE SA has not.
    next->keyed.is_quantum_resistant |= old->ppk != PpkUse::none;
    if (proof_is_over) next->proof.over_at = around.now;
    heir.sa_.repeats = std::exchange(sa_.repeats, {});
    heir.sa_.repeated_by = std::exchange(sa_.repeated_by, ike::IkeSaId::none);
    heir.sa_.vips = std::exchange(sa_.vips, {});
    exchange::inherit_path(sa_, *old, heir.sa_);
    if (old->is_outdone || old->is_redirected) {
        next->is_outdone = old->is_outdone;
        next->is_redirected = old->is_redirected;
        next->over_at = old->over_at;
        next->rekey_at = base::kNever;
    }
    // RFC 5723 6.2: a ticket goes with the keys that are in it.
    if (exchange::drop_tickets(around.tickets, sa_)) heir.sa_.tasks.push_back(TicketTask{});
    await_delete(around);
    hand_over_tasks(heir, around);
}

void IkeSa::hand_over_tasks(IkeSa& heir, Surroundings& around) {
    Step current = step(around);
    for (Task& task : std::exchange(sa_.tasks, {})) {
        if (!ends_by_succession(current, task)) heir.sa_.tasks.push_back(std::move(task));
    }
    hand_over_postponed(heir);
}

void IkeSa::hand_over_postponed(IkeSa& heir) {
    auto& postponed = heir.sa_.postponed;
    for (PostponedChild& child : std::exchange(sa_.postponed, {})) postponed.push_back(std::move(child));
}

void IkeSa::await_delete(Surroundings around) {
    auto* phase = std::get_if<Established>(&phase_);
    if (phase == nullptr) return;
    exchange::drop_tickets(around.tickets, sa_);
    phase->is_succeeded = true;
    phase->rekey_at = base::kNever;
    phase->over_at = around.now + around.options.predecessor_life;
}

void IkeSa::give_way(bool at_once, Surroundings around) {
    if (at_once) return add_task(DeleteIkeTask{ike::OperationId::none, Reason::NotUnique}, around);
    auto* phase = std::get_if<Established>(&phase_);
    if (phase == nullptr) return;
    phase->is_outdone = true;
    phase->rekey_at = phase->proof.repeat_at = base::kNever;
    phase->over_at = std::min(phase->over_at, around.now + around.options.replaced_life);
}

// Not while something is in flight, nor before it has the place that it is made for.
base::Instant IkeSa::repeat_at() const {
    const bool waits = !is_complete() || established()->is_succeeded || sa_.repeats.of != ike::IkeSaId::none;
    return waits ? base::kNever : established()->proof.repeat_at;
}

// Nothing is rekeyed meanwhile that will be replaced: both ends would disagree on which child is the newest.
void IkeSa::begin_reauthentication(ike::IkeSaId by) {
    auto* phase = std::get_if<Established>(&phase_);
    if (phase == nullptr) return;
    sa_.repeated_by = by;
    phase->proof.repeat_at = phase->rekey_at = base::kNever;
}

std::vector<CreateChildTask> IkeSa::children_to_repeat() const {
    std::vector<CreateChildTask> tasks;
    const auto* phase = established();
    if (phase == nullptr) return tasks;
    for (const ChildSa& child : phase->children) {
        if (!is_wanted(*phase, child) || child.cpu()) continue;  // packets ask for those of single CPUs again
        tasks.push_back({child.name, ike::OperationId::none, {}, child.id, child.number, 0, child.only});
    }
    return tasks;
}

void IkeSa::postpone_reauthentication(Surroundings around) {
    sa_.repeated_by = ike::IkeSaId::none;
    auto* phase = std::get_if<Established>(&phase_);
    if (phase == nullptr || phase->is_succeeded) return;
    phase->proof.repeat_at = exchange::retry_instant(step(around));
    const bool is_rekeyed = sa_.connection->rekey_time.count() > 0;
    if (is_rekeyed && phase->rekey_at == base::kNever) phase->rekey_at = phase->proof.repeat_at;
}

void IkeSa::authenticate_again_at(base::Instant when) {
    if (auto* phase = std::get_if<Established>(&phase_); phase != nullptr && !phase->is_succeeded) {
        phase->proof.is_ours_to_repeat = true;
        phase->proof.repeat_at = std::min(phase->proof.repeat_at, when);
    }
}

void IkeSa::end_inheritance(Surroundings around) {
    auto* phase = std::get_if<Established>(&phase_);
    if (phase == nullptr) return;
    for (ChildSa& child : phase->children) {
        if (child.state != ChildState::retired) continue;
        child.retired_until = std::min(child.retired_until, around.now + around.options.retirement);
    }
}

bool IkeSa::use_child(ike::ChildSaId id, Surroundings around) {
    auto* phase = std::get_if<Established>(&phase_);
    ChildSa* child = phase == nullptr ? nullptr : exchange::find_child(*phase, id);
    if (child == nullptr) return false;
    Step current = step(around);
    if (child->state == ChildState::installed) {
        exchange::use_child(current, *phase, *child);
    } else {
        child->use_at = around.now;
        child->replaces = ike::ChildSaId::none;  // that has gone, and nothing is to be proved
    }
    return true;
}

bool IkeSa::is_complete() const { return is_ready() && sa_.tasks.empty(); }

// One that was not rekeyed in time may still be.
bool IkeSa::is_leaving() const {
    const auto* phase = established();
    if (phase == nullptr) return is_ending();
    const bool is_rekeying = std::holds_alternative<RekeyingIke>(phase->exchange);
    return phase->is_succeeded || phase->is_outdone || phase->is_redirected ||
           std::any_of(sa_.tasks.begin(), sa_.tasks.end(), [is_rekeying](const Task& task) {
               const auto* end = std::get_if<DeleteIkeTask>(&task);
               return end != nullptr && !(is_rekeying && end->reason == Reason::LifeOver);
           });
}

bool IkeSa::is_ended_by(Reason reason) const {
    if (const auto* deleting = std::get_if<Deleting>(&phase_)) return deleting->reason == reason;
    if (const auto* closed = std::get_if<Closed>(&phase_)) return closed->why.reason == reason;
    return std::any_of(sa_.tasks.begin(), sa_.tasks.end(), [reason](const Task& task) {
        const auto* end = std::get_if<DeleteIkeTask>(&task);
        return end != nullptr && end->reason == reason;
    });
}

// The old children stay for packets that are late, or that the peer sends before it hears that the old IKE SA goes.
// Those that it did not grant again go with that, which is deleted when ours to the peer can no longer be late either.
void IkeSa::take_place_of(IkeSa& old, Surroundings around) {
    auto* phase = std::get_if<Established>(&phase_);
    auto* before = std::get_if<Established>(&old.phase_);
    sa_.repeats = {};
    old.sa_.repeated_by = ike::IkeSaId::none;
    if (phase == nullptr || before == nullptr) return;
    std::vector<ChildSa> left;
    for (ChildSa& child : std::exchange(before->children, {})) {
        // One that the peer has made, or that came up while this one was gone, has a number of its own.
        const bool is_there = exchange::find_number(*phase, child.number) != nullptr ||
                              exchange::find_installed(*phase, child.name, child.only, std::nullopt) != nullptr;
        if (!is_there) {
            left.push_back(std::move(child));
            continue;
        }
        child.state = ChildState::retired;
        child.rekey_at = child.look_at = base::kNever;
        child.retired_until = std::min(child.retired_until, around.now + around.options.predecessor_life);
        phase->children.push_back(std::move(child));
    }
    before->children = std::move(left);
    old.hand_over_postponed(*this);
    old.await_delete(around);
    // Policies let in what comes from one gateway: the other one has nothing to wait for (RFC 5685 5).
    const bool is_same_gateway = old.sa_.remote.address == sa_.remote.address;
    before->over_at = is_same_gateway ? around.now + kOverlap : around.now;
}

}  // namespace xfrmd::ikev2::sa
