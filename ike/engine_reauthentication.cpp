// Authenticating again without losing a packet (RFC 7296 2.8.3): another IKE SA is made beside the old one, with its
// children, and only then the old one is deleted.
#include <algorithm>
#include <set>
#include <utility>

#include "ike/engine.h"
#include "ike/ikev2/exchange/children.h"

namespace xfrmd::ike {

using ikev2::sa::IkeSa;

namespace {

constexpr unsigned kMostTries = 10;

// What the peer or a kernel refuses may be granted a little later (RFC 7296 2.25); until then the old one carries its
// packets.
void ask_again_for_refused(IkeSa& sa, const IkeSa& old, base::Instant now, base::Duration pause) {
    auto& repeats = sa.sa().repeats;
    const auto refused = [&sa](ChildSaId number) {
        return ikev2::exchange::find_number(*sa.established(), number) == nullptr;
    };
    const auto lacks = [&](const auto& task) {
        return refused(task.number) &&
               ikev2::exchange::find_installed(*sa.established(), task.child, task.only, std::nullopt) == nullptr;
    };
    const auto wanted = old.children_to_repeat();
    const bool any = sa.established() != nullptr && std::any_of(wanted.begin(), wanted.end(), lacks);
    if (!any || repeats.tries == kMostTries) {
        repeats.again_at = base::kNever;
    } else if (repeats.again_at == base::kNever) {
        repeats.again_at = now + pause;
    } else if (repeats.again_at <= now) {
        repeats.again_at = base::kNever;
        ++repeats.tries;
        std::erase_if(repeats.children, [&](const auto& child) { return !child.is_cleared && refused(child.number); });
    }
}

// Nothing is asked for while one of both is busy; that its time has come must not wake us for ever.
void put_off_asking(IkeSa& sa, base::Duration pause, base::Instant now) {
    auto& again_at = sa.sa().repeats.again_at;
    if (again_at <= now) again_at = now + pause;
}

// Who was rekeyed in its own IKE SA has not gone for good: none is there before the last of its line has.
ChildSaId successor_of(SaTable& table, ChildSaId gone, const IkeSa& other) {
    const auto* peer = other.established();
    if (peer == nullptr) return ChildSaId::none;
    for (const IkeSa* sa : table.of_identities(peer->local_id, peer->remote_id)) {
        if (sa == &other || sa->established() == nullptr) continue;
        for (const ikev2::sa::ChildSa& child : sa->established()->children) {
            if (child.replaces == gone && !child.is_outbound_deferred) return child.id;
        }
    }
    return ChildSaId::none;
}

// A child that the peer has made in the new IKE SA waits for proof that the peer has it. Ours go out on the old one
// until then, which is there as long as the old IKE SA is.
bool has_unproven(const IkeSa& sa) {
    const auto& children = sa.established()->children;
    return std::any_of(children.begin(), children.end(), ikev2::exchange::waits_for_proof);
}

// Who waits for a child in an IKE SA is found there, whatever its number.
template <typename Heirs>
void swap_numbers(Heirs& heirs, IkeSaId one, IkeSaId other) {
    for (auto& [child, heir] : heirs) {
        if (heir.ike_sa == one || heir.ike_sa == other) heir.ike_sa = heir.ike_sa == one ? other : one;
    }
}

// What an IKE SA has followed goes before it is followed itself, and what the peer has rekeyed in it: of three in a row
// the other end could not tell which one we have. A peer that deletes nothing is not waited for.
bool is_settled(SaTable& table, const IkeSa& sa, base::Instant now, base::Duration patience) {
    const auto all = table.of_connection(sa.sa().connection_name());
    const bool follows =
        std::any_of(all.begin(), all.end(), [&](const IkeSa* other) { return other->sa().successor == sa.sa().id; });
    const auto& children = sa.established()->children;
    return !follows && std::none_of(children.begin(), children.end(), [&](const ikev2::sa::ChildSa& child) {
        return child.is_outbound_deferred && child.created + patience > now;
    });
}

}  // namespace

void Engine::reauthenticate(IkeSa& old, Turn& turn) {
    const ikev2::sa::Sa& before = old.sa();
    const policy::Connection& connection = *before.connection;
    // Without children there is nothing to ask for in IKE_AUTH (RFC 6023): it waits for one, or for the end of its
    // time.
    const bool has_any = !old.children_to_repeat().empty();
    const bool is_ready = has_any && is_settled(table_, old, turn.now, options_.predecessor_life);
    if (!is_ready || table_.ike_sas() >= options_.most_ike_sas) return old.postpone_reauthentication(around(turn));
    ikev2::sa::Sa sa = make_sa(true, {before.local.address, connection.local_port},
                               {before.remote.address, connection.remote_port}, turn);
    sa.connection = before.connection;
    sa.configuration = before.configuration;
    sa.repeats.of = before.id;
    sa.vips.before = before.vips.local;
    old.begin_reauthentication(sa.id);
    turn.actions.push_back(before.news("authenticating again"));
    IkeSa& added = table_.add(std::make_unique<IkeSa>(std::move(sa)));
    catch_up(added, old, turn);
    added.initiate(around(turn));
    settle(added, false, turn);
}

// With what has come up in the old one meanwhile.
void Engine::catch_up(IkeSa& sa, const IkeSa& old, Turn& turn) {
    ask_again_for_refused(sa, old, turn.now, options_.retirement);
    auto& asked_for = sa.sa().repeats.children;
    for (ikev2::sa::CreateChildTask& task : old.children_to_repeat()) {
        const bool is_known = std::any_of(asked_for.begin(), asked_for.end(),
                                          [&task](const auto& child) { return child.number == task.number; });
        if (is_known) continue;
        asked_for.push_back({task.number});
        sa.add_task(std::move(task), around(turn));
    }
}

void Engine::note_cleared(const IkeSa& old, ChildSaId number) {
    IkeSa* sa = table_.find(old.sa().repeated_by);
    if (sa == nullptr) return;
    for (ikev2::sa::RepeatedChild& child : sa->sa().repeats.children) {
        if (child.number == number) child.is_cleared = true;
    }
}

// Its request may have been on its way when the operator spoke, so that it is deleted like any other.
void Engine::drop_cleared(IkeSa& sa, Turn& turn) {
    for (const ikev2::sa::RepeatedChild& child : sa.sa().repeats.children) {
        const auto* established = child.is_cleared ? sa.established() : nullptr;
        const auto* twin = established == nullptr ? nullptr : ikev2::exchange::find_number(*established, child.number);
        if (twin != nullptr) sa.delete_child(twin->id, OperationId::none, false, around(turn));
    }
}

// The new one is complete, or has failed. Numbers change hands when nothing of both is with the kernel, whose answers
// name them.
void Engine::settle_reauthentication(IkeSa& sa, Turn& turn) {
    if (IkeSa* heir = sa.is_closed() ? table_.find(sa.sa().successor) : nullptr) {
        heir->end_inheritance(around(turn));
        settle(*heir, heir->established() != nullptr, turn);
    }
    if (sa.sa().repeated_by != IkeSaId::none) return settle_repeated(sa, turn);
    if (sa.sa().repeats.of == IkeSaId::none) return;
    IkeSa* old = table_.find(sa.sa().repeats.of);
    if (old != nullptr && old->sa().repeated_by != sa.sa().id) return;  // it has been given up
    if (sa.is_ending()) {
        if (old == nullptr) return;
        old->postpone_reauthentication(around(turn));
        return settle(*old, old->established() != nullptr, turn);
    }
    if (!sa.is_complete() || (old != nullptr && !old->is_complete())) {
        return put_off_asking(sa, options_.retirement, turn.now);
    }
    drop_cleared(sa, turn);
    if (old != nullptr) catch_up(sa, *old, turn);
    if (!sa.is_complete() || sa.sa().repeats.again_at != base::kNever || has_unproven(sa)) return;
    old != nullptr ? take_over(sa, *old, turn) : outlive(sa, turn);
}

// The new one may have been waiting for it, and is of no use where an operator wants neither.
void Engine::settle_repeated(IkeSa& old, Turn& turn) {
    IkeSa* sa = table_.find(old.sa().repeated_by);
    if (sa == nullptr) return;
    for (const base::Reason why : {base::Reason::OperatorRequest, base::Reason::ConfigurationRemoved}) {
        if (!old.is_ended_by(why)) continue;
        old.sa().repeated_by = IkeSaId::none;
        if (sa->established() != nullptr) {
            sa->add_task(ikev2::sa::DeleteIkeTask{OperationId::none, why}, around(turn));
        } else {
            sa->give_up({why, {}, {}}, around(turn));
        }
        break;
    }
    settle(*sa, sa->established() != nullptr, turn);
}

void Engine::take_over(IkeSa& sa, IkeSa& old, Turn& turn) {
    sa.take_place_of(old, around(turn));
    table_.swap_numbers(old.sa().id, sa.sa().id);
    swap_numbers(heirs_, old.sa().id, sa.sa().id);
    sa.sa().predecessor = old.sa().id;
    old.sa().successor = sa.sa().id;
    turn.actions.push_back(sa.sa().news("IKE SA reauthenticated", {ike::Turn::ike_rekeyed}));
    // What the peer would not grant beside the old one, it may grant in its place (RFC 7296 2.25).
    for (const ikev2::sa::CreateChildTask& left : old.children_to_repeat()) {
        sa.add_task(ikev2::sa::CreateChildTask{left.child, OperationId::none, {}, {}, {}, 0, left.only}, around(turn));
    }
    settle(old, true, turn);
    sa.start_waiting_tasks(around(turn));
}

// The old one went first, because of its peer or its age: the number is the new one's all the same.
void Engine::outlive(IkeSa& sa, Turn& turn) {
    const bool was_told = sa.sa().told_at.has_value();
    tell_gone(sa.sa(), turn);
    swap_numbers(heirs_, sa.sa().id, sa.sa().repeats.of);
    table_.renumber(sa.sa().id, std::exchange(sa.sa().repeats, {}).of);
    if (was_told) tell_place(sa, turn);
    turn.actions.push_back(
        sa.sa().news("IKE SA stands, and the one that it was to follow has gone", {ike::Turn::ike_established}));
}

// As responder: a child that waits for one of another IKE SA carries packets before that one is removed, which nobody
// wants back then. Where several go at once, what follows the youngest is used last.
void Engine::lead_over(Turn& turn) {
    std::set<ChildSaId> gone;
    for (const Action& action : turn.actions) {
        if (const auto* install = std::get_if<InstallChild>(&action)) note_heir(install->child);
        if (const auto* removal = std::get_if<RemoveChild>(&action)) gone.insert(removal->child);
    }
    if (gone.empty()) return;
    Actions given = std::exchange(turn.actions, {});
    std::set<ChildSaId> followed;
    for (const ChildSaId child : gone) {
        if (use_heir_of(child, turn)) followed.insert(child);
    }
    bool is_followed = false;
    for (Action& action : given) {
        if (const auto* removal = std::get_if<RemoveChild>(&action)) is_followed = followed.contains(removal->child);
        if (is_followed && std::holds_alternative<ReviveChild>(action)) continue;
        turn.actions.push_back(std::move(action));
    }
}

bool Engine::use_heir_of(ChildSaId child, Turn& turn) {
    const auto heir = heirs_.extract(child);
    IkeSa* sa = heir.empty() ? nullptr : table_.find(heir.mapped().ike_sa);
    const ChildSaId successor = sa == nullptr ? ChildSaId::none : successor_of(table_, child, *sa);
    if (successor != ChildSaId::none) {
        Heir& next = heirs_[successor];  // unless a younger one waits for it already
        if (next.child < heir.mapped().child) next = heir.mapped();
        return false;
    }
    if (sa == nullptr || !sa->use_child(heir.mapped().child, around(turn))) return false;
    settle(*sa, true, turn);
    return true;
}

void Engine::note_heir(const ChildInstall& child) {
    if (!child.defer_outbound) return;
    const IkeSa* sa = table_.find(child.ike_sa);
    const auto* established = sa == nullptr ? nullptr : sa->established();
    if (established == nullptr) return;
    const bool is_own = std::any_of(established->children.begin(), established->children.end(),
                                    [&](const auto& one) { return one.id == child.replaces; });
    if (!is_own) heirs_.insert_or_assign(child.replaces, Heir{child.ike_sa, child.child});
}

}  // namespace xfrmd::ike
