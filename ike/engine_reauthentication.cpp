// Authenticating again without losing a packet (RFC 7296 2.8.3): another IKE SA is made beside the old one, with its
// children, and only then the old one is deleted.
#include <algorithm>
#include <utility>

#include "ike/engine.h"
#include "ike/ikev2/exchange/children.h"

namespace xfrmd::ike {

using ikev2::sa::IkeSa;

void Engine::reauthenticate(IkeSa& old, Turn& turn) {
    std::vector<ikev2::sa::Task> tasks = old.begin_reauthentication();
    const ikev2::sa::Sa& before = old.sa();
    const policy::Connection& connection = *before.connection;
    // Without children there is nothing to ask for in IKE_AUTH (RFC 6023): it waits for one, or for the end of its
    // time.
    if (tasks.empty() || table_.ike_sas() >= options_.most_ike_sas) return old.postpone_reauthentication(around(turn));
    ikev2::sa::Sa sa = make_sa(true, {before.local.address, connection.local_port},
                               {before.remote.address, connection.remote_port}, turn);
    sa.connection = before.connection;
    sa.configuration = before.configuration;
    sa.reauthenticates = before.id;
    sa.caught_up = turn.now;
    for (ikev2::sa::Task& task : tasks) sa.tasks.push_back(std::move(task));
    turn.actions.push_back(
        Report{Level::info, before.id, before.connection_name(), {}, "authenticating again", false, {}});
    IkeSa& added = table_.add(std::make_unique<IkeSa>(std::move(sa)));
    added.initiate(around(turn));
    settle(added, false, turn);
}

// With what has come up in the old one meanwhile. False: nothing has, and they may change places.
bool Engine::catch_up(IkeSa& sa, const IkeSa& old, Turn& turn) {
    bool any = false;
    for (ikev2::sa::Task& task : old.children_since(std::exchange(sa.sa().caught_up, turn.now))) {
        const auto number = std::get<ikev2::sa::CreateChildTask>(task).number;
        if (ikev2::exchange::find_number(*sa.established(), number) != nullptr) continue;
        any = true;
        sa.add_task(std::move(task), around(turn));
    }
    return any;
}

// The new one is complete, or has failed.
void Engine::settle_reauthentication(IkeSa& sa, Turn& turn) {
    if (sa.sa().reauthenticates == IkeSaId::none) return;
    IkeSa* old = table_.find(sa.sa().reauthenticates);
    if (sa.is_ending()) {
        sa.sa().reauthenticates = IkeSaId::none;
        if (old == nullptr) return;
        old->postpone_reauthentication(around(turn));
        return settle(*old, old->established() != nullptr, turn);
    }
    if (!sa.is_complete()) return;
    if (old == nullptr || old->established() == nullptr) {
        sa.sa().reauthenticates = IkeSaId::none;
        return;
    }
    if (catch_up(sa, *old, turn) && !sa.is_complete()) return;
    sa.take_place_of(*old, around(turn));
    table_.swap_numbers(old->sa().id, sa.sa().id);
    sa.sa().predecessor = old->sa().id;
    turn.actions.push_back(Report{Level::info,
                                  sa.sa().id,
                                  sa.sa().connection_name(),
                                  {},
                                  "IKE SA reauthenticated",
                                  false,
                                  {ike::Turn::ike_rekeyed}});
    settle(*old, true, turn);
    sa.start_waiting_tasks(around(turn));
}

// As responder: a child that waits for one of another IKE SA carries packets before that one is removed, which nobody
// wants back then.
void Engine::lead_over(Turn& turn) {
    Actions led;
    bool is_followed = false;
    for (Action& action : std::exchange(turn.actions, {})) {
        if (const auto* install = std::get_if<InstallChild>(&action)) note_heir(install->child);
        if (const auto* removal = std::get_if<RemoveChild>(&action)) {
            is_followed = use_heir_of(removal->child, turn);
            for (Action& before : std::exchange(turn.actions, {})) led.push_back(std::move(before));
        }
        if (is_followed && std::holds_alternative<ReviveChild>(action)) continue;
        led.push_back(std::move(action));
    }
    turn.actions = std::move(led);
}

bool Engine::use_heir_of(ChildSaId child, Turn& turn) {
    const auto heir = heirs_.extract(child);
    IkeSa* sa = heir.empty() ? nullptr : table_.find(heir.mapped().ike_sa);
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
