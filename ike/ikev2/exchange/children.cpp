#include "ike/ikev2/exchange/children.h"

#include <algorithm>
#include <utility>

#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/rekey_time.h"
#include "ike/ikev2/exchange/single_pair.h"

namespace xfrmd::ikev2::exchange {

namespace {

std::string describe(const sa::ChildSa& child) {
    const auto cpu = child.cpu();
    return "child SA " + child.name + " " + to_string(child.local_ts) + " === " + to_string(child.remote_ts) + " (" +
           child.proposal.to_string() + ")" + (cpu ? " for CPU " + std::to_string(*cpu) : "");
}

// One that never worked has failed; one whose number lives on in another is not missed.
ike::Milestone milestone_of_removal(const sa::Established& phase, const sa::ChildSa& gone) {
    if (find_number(phase, gone.number) != nullptr) return {};
    const bool worked = gone.state != sa::ChildState::installing;
    return {worked ? ike::Turn::child_removed : ike::Turn::child_failed, gone.number, gone.name};
}

// The loser of two rekeyings that crossed is none of anybody's.
ike::Milestone milestone_of_installation(const sa::ChildSa& child) {
    if (child.is_redundant) return {};
    const bool is_first = child.number == child.id;
    return {is_first ? ike::Turn::child_installed : ike::Turn::child_rekeyed, child.number, child.name};
}

// A later one in its line carries packets, or will if the kernel takes it.
bool is_outdone(const sa::Established& phase, const sa::ChildSa& child) {
    return std::any_of(phase.children.begin(), phase.children.end(), [&](const sa::ChildSa& other) {
        return other.number == child.number && other.id > child.id && !other.is_outbound_deferred &&
               !other.is_redundant && other.state != sa::ChildState::retired;
    });
}

// That later one has not come: packets are left to the one before it, if nothing but this has kept them from it.
void fall_back(sa::Step& step, sa::Established& phase, ike::ChildSaId before) {
    sa::ChildSa* child = find_child(phase, before);
    const bool waits = child != nullptr && child->state == sa::ChildState::installed && child->is_outbound_deferred;
    if (waits && child->replaces == ike::ChildSaId::none) use_child(step, phase, *child);
}

// The child leaves the list; it is not, or no longer, in the kernel.
sa::ChildSa forget_child(sa::Step& step, sa::Established& phase, ike::ChildSaId id) {
    const auto found = std::find_if(phase.children.begin(), phase.children.end(),
                                    [id](const sa::ChildSa& child) { return child.id == id; });
    sa::ChildSa gone = std::move(*found);
    phase.children.erase(found);
    postpone_rekeying(step, phase, gone.replaces);
    fall_back(step, phase, gone.replaces);
    release(step, gone.spi_in, gone.ipcomp ? std::optional(gone.ipcomp->in) : std::nullopt);
    return gone;
}

// What worked and was not to go may be wanted back, unless another one carries its packets.
void revive(sa::Step& step, const sa::Established& phase, const sa::ChildSa& gone, base::Reason why) {
    using enum sa::ChildState;
    if (gone.state == installing || gone.state == deleting || find_number(phase, gone.number) != nullptr) return;
    if (gone.cpu()) return;  // packets on its CPU ask for another one
    const policy::Child* wanted = step.sa.connection->child(gone.name);
    if (wanted == nullptr) return;
    const bool is_cut_off =
        why == base::Reason::PeerSilent || why == base::Reason::PeerCrashed || why == base::Reason::PathRefused;
    const policy::StartAction action = is_cut_off                         ? wanted->dpd_action
                                       : why == base::Reason::PeerDeleted ? wanted->close_action
                                                                          : policy::StartAction::none;
    if (action == policy::StartAction::none) return;
    step.actions.push_back(ike::ReviveChild{step.sa.connection->name, gone.name, action});
}

void send_pending(sa::Step& step, sa::Established& phase, const base::Result<void>& installed) {
    sa::PendingResponse pending = std::move(*phase.pending);
    phase.pending.reset();
    if (!installed) pending.payloads_if_refused.emplace_back(notify(installed.error()));
    send_response(step, phase.keyed, pending.exchange, installed ? pending.payloads : pending.payloads_if_refused);
}

void tell_refused(sa::Step& step, sa::Established& phase, ike::ChildSaId id, const base::Error& error, bool ours) {
    const sa::ChildSa gone = forget_child(step, phase, id);
    step.report(ike::Level::error, describe(gone) + ": " + error.sentence(), error.reason,
                milestone_of_removal(phase, gone));
    step.done(gone.operation, id, tl::unexpected(error));
    // Before it is tried again: the peer, which has both then, would take the first to be what we go on with.
    if (ours)
        step.sa.tasks.push_front(sa::DeleteChildTask{gone.inbound(), ike::ChildSaId::none, ike::OperationId::none});
}

// Another one in the line of those that replaced each other carries packets.
bool has_sibling(const sa::Established& phase, const sa::ChildSa& child) {
    return std::any_of(phase.children.begin(), phase.children.end(), [&](const sa::ChildSa& other) {
        return other.id != child.id && other.number == child.number && other.state == sa::ChildState::installed;
    });
}

// RFC 7296 2.8: who deletes the old child has the new one. Where two rekeyings crossed there are two new ones, and one
// of them goes again (2.8.1): the one that we made and know to be redundant, or the peer's where we send on ours
// already.
void use_successor(sa::Step& step, sa::Established& phase, ike::ChildSaId old) {
    const auto stays = [](const sa::ChildSa& child) {
        return !child.is_redundant && child.state != sa::ChildState::retired;
    };
    const auto heir = std::find_if(phase.children.begin(), phase.children.end(),
                                   [&](const sa::ChildSa& child) { return child.replaces == old && stays(child); });
    if (heir == phase.children.end()) return;
    // The one after the heir may be in use as well, where the Delete of `old` was late.
    const bool sends_on_newer =
        std::any_of(phase.children.begin(), phase.children.end(), [&](const sa::ChildSa& child) {
            return child.number == heir->number && child.id > old && stays(child) && !child.is_outbound_deferred;
        });
    if (sends_on_newer) return;
    use_child(step, phase, *heir);
}

// What follows from a child that stands: the one that it replaces is deleted by who began the rekeying, and the loser
// of two that crossed by who made it (RFC 7296 2.8.1).
void delete_replaced(sa::Step& step, sa::Established& phase, const sa::ChildSa& child) {
    const ike::ChildSaId id = child.is_redundant           ? child.id
                              : child.is_outbound_deferred ? ike::ChildSaId::none
                                                           : child.replaces;
    const sa::ChildSa* gone = find_child(phase, id);
    if (gone == nullptr || gone->state != sa::ChildState::installed) return;
    step.sa.tasks.push_front(sa::DeleteChildTask{gone->inbound(), id, ike::OperationId::none});
}

base::Instant rekey_time_of(const sa::Step& step, const sa::ChildSa& child) {
    const policy::Child* configured = step.sa.connection->child(child.name);
    if (configured == nullptr || child.is_redundant) return base::kNever;
    return rekey_instant(step, configured->rekey_time, configured->rand_time);
}

// Which of our proposals the peer believes to have chosen.
policy::ProtocolId answered_protocol(const wire::SecurityAssociation& answer) {
    const bool ah = answer.proposals.front().protocol == policy::ProtocolId::ah;
    return ah ? policy::ProtocolId::ah : policy::ProtocolId::esp;
}

}  // namespace

sa::ChildSa* find_child(sa::Established& phase, ike::ChildSaId id) {
    for (sa::ChildSa& child : phase.children) {
        if (child.id == id) return &child;
    }
    return nullptr;
}

const sa::ChildSa* find_child(const sa::Established& phase, ike::ChildSaId id) {
    const auto found = std::ranges::find_if(phase.children, [id](const sa::ChildSa& child) { return child.id == id; });
    return found == phase.children.end() ? nullptr : &*found;
}

sa::ChildSa* find_outbound(sa::Established& phase, sa::ChildSpi spi_out) {
    for (sa::ChildSa& child : phase.children) {
        if (child.outbound() == spi_out && child.state != sa::ChildState::retired) return &child;
    }
    return nullptr;
}

const sa::ChildSa* find_number(const sa::Established& phase, ike::ChildSaId number) {
    const auto found = std::find_if(phase.children.rbegin(), phase.children.rend(), [number](const sa::ChildSa& child) {
        return child.number == number && child.state != sa::ChildState::retired;
    });
    return found == phase.children.rend() ? nullptr : &*found;
}

const sa::ChildSa* find_named(const sa::Established& phase, ike::ChildSaId id) {
    if (const auto* newest = find_number(phase, id)) return newest;
    const auto found = std::find_if(phase.children.begin(), phase.children.end(),
                                    [id](const sa::ChildSa& child) { return child.id == id; });
    return found == phase.children.end() ? nullptr : find_number(phase, found->number);
}

const sa::ChildSa* find_installed(const sa::Established& phase, const std::string& name,
                                  const std::optional<sa::AddressPair>& only, std::optional<std::uint32_t> cpu) {
    const auto found = std::find_if(phase.children.begin(), phase.children.end(), [&](const sa::ChildSa& child) {
        return child.name == name && child.state == sa::ChildState::installed && child.cpu() == cpu &&
               (!only || serves(child, *only));
    });
    return found == phase.children.end() ? nullptr : &*found;
}

bool is_replaced(const sa::Established& phase, ike::ChildSaId id) {
    return std::any_of(phase.children.begin(), phase.children.end(), [id](const sa::ChildSa& child) {
        return child.replaces == id && child.state != sa::ChildState::retired;
    });
}

void postpone_rekeying(const sa::Step& step, sa::Established& phase, ike::ChildSaId id) {
    sa::ChildSa* child = find_child(phase, id);
    if (child == nullptr || child->state != sa::ChildState::installed || child->is_redundant) return;
    if (!is_replaced(phase, id)) child->rekey_at = retry_instant(step);
}

std::chrono::seconds inactivity_of(const sa::Sa& sa, const sa::ChildSa& child) {
    const policy::Child* configured = sa.connection->child(child.name);
    return configured == nullptr ? std::chrono::seconds(0) : configured->inactivity;
}

bool waits_for_proof(const sa::ChildSa& child) {
    return child.is_outbound_deferred && child.number == child.id && child.replaces != ike::ChildSaId::none;
}

base::Instant look_instant(const sa::Step& step, const sa::ChildSa& child) {
    constexpr int kLooks = 4;
    if (waits_for_proof(child)) return step.now + step.options.retirement;
    const base::Duration inactivity = inactivity_of(step.sa, child);
    return inactivity.count() == 0 || child.is_redundant ? base::kNever : step.now + inactivity / kLooks;
}

bool waits_for_kernel(const sa::Established& phase) {
    return phase.pending || std::any_of(phase.children.begin(), phase.children.end(), [](const sa::ChildSa& child) {
               return child.state == sa::ChildState::installing;
           });
}

void retire_child(sa::Step& step, sa::Established& phase, ike::ChildSaId id, const base::Error& why) {
    sa::ChildSa* child = find_child(phase, id);
    if (child == nullptr) return;
    if (child->state == sa::ChildState::installing || !has_sibling(phase, *child)) {
        return remove_child(step, phase, id, why);
    }
    use_successor(step, phase, id);
    child->state = sa::ChildState::retired;
    child->rekey_at = base::kNever;
    child->retired_until = step.now + step.options.retirement;
    postpone_rekeying(step, phase, child->replaces);
    step.done(std::exchange(child->operation, ike::OperationId::none), id, tl::unexpected(why));
}

void use_child(sa::Step& step, sa::Established& phase, sa::ChildSa& child) {
    child.use_at = base::kNever;
    if (!child.is_outbound_deferred) return;
    if (is_outdone(phase, child)) {
        child.replaces = ike::ChildSaId::none;  // should the kernel refuse the later one, it waits for nothing else
        return;
    }
    child.is_outbound_deferred = false;
    child.used_since = step.now;
    step.actions.push_back(ike::UseChild{child.id});
}

void remove_retired_children(sa::Step& step, sa::Established& phase) {
    std::vector<ike::ChildSaId> over;
    for (const sa::ChildSa& child : phase.children) {
        if (child.retired_until <= step.now) over.push_back(child.id);
    }
    for (const ike::ChildSaId id : over) remove_child(step, phase, id, {base::Reason::Rekeyed, {}, {}});
}

void remove_child(sa::Step& step, sa::Established& phase, ike::ChildSaId id, const base::Error& why) {
    if (find_child(phase, id) == nullptr) return;
    use_successor(step, phase, id);
    const sa::ChildSa gone = forget_child(step, phase, id);
    step.actions.push_back(ike::RemoveChild{id});
    step.done(gone.operation, id, tl::unexpected(why));
    step.report(ike::Level::info, describe(gone) + " removed", {}, milestone_of_removal(phase, gone));
    revive(step, phase, gone, why.reason);
}

void remove_all_children(sa::Step& step, sa::Established& phase, const base::Error& why) {
    while (!phase.children.empty()) remove_child(step, phase, phase.children.back().id, why);
}

void move_children(sa::Step& step, sa::Established& phase, const sa::Path& path) {
    for (sa::ChildSa& child : phase.children) {
        child.udp_encapsulation = step.sa.nat.any();
        step.actions.push_back(ike::MoveChild{child.id, path.local, path.remote, child.udp_encapsulation});
    }
}

void fail_proposed_child(sa::Step& step, const sa::ProposedChild& proposed, const base::Error& error,
                         const wire::Payloads& answer) {
    withdraw_child(step, proposed, answer);
    if (postpone_child(step, proposed, error)) return;
    if (error.reason == base::Reason::SinglePairRequired && ask_for_pairs(step, proposed)) return;
    step.report(ike::Level::warning, "child SA " + proposed.name + " failed: " + error.sentence(), error.reason,
                {ike::Turn::child_failed, {}, proposed.name});
    step.done(proposed.operation, {}, tl::unexpected(error));
}

void withdraw_child(sa::Step& step, const sa::ProposedChild& proposed, const wire::Payloads& answer) {
    release(step, proposed.spi_in, proposed.cpi_in);
    if (!answer.sa) return;
    const sa::ChildSpi spi_in{answered_protocol(*answer.sa), proposed.spi_in};
    step.sa.tasks.push_front(sa::DeleteChildTask{spi_in, ike::ChildSaId::none, ike::OperationId::none});
}

sa::Next on_child_installed(sa::Step& step, sa::Established& phase, const ike::ChildInstalled& answer) {
    sa::ChildSa* child = find_child(phase, answer.child);
    if (child == nullptr) return sa::stay();  // deleted meanwhile, and RemoveChild was given then
    const bool responding = phase.pending && phase.pending->child == answer.child;
    if (responding) send_pending(step, phase, answer.result);
    if (!answer.result) {
        tell_refused(step, phase, answer.child, answer.result.error(), !responding);
        return sa::stay();
    }
    child->state = sa::ChildState::installed;
    child->rekey_at = rekey_time_of(step, *child);
    child->active_at = step.now;
    child->look_at = look_instant(step, *child);
    if (child->is_outbound_deferred && find_child(phase, child->replaces) == nullptr) {
        const bool is_unproven = waits_for_proof(*child);
        const base::Duration wait = is_unproven ? step.options.predecessor_life : step.options.retirement;
        child->use_at = std::min(child->use_at, step.now + wait);
    }
    if (sa::ChildSa* old = find_child(phase, child->replaces)) {
        old->rekey_at = base::kNever;
        child->active_at = old->active_at;
    }
    delete_replaced(step, phase, *child);
    step.report(ike::Level::info, describe(*child) + (child->number == child->id ? " installed" : " rekeyed"), {},
                milestone_of_installation(*child));
    step.done(std::exchange(child->operation, ike::OperationId::none), child->number, {});
    return sa::stay();
}

}  // namespace xfrmd::ikev2::exchange
