#include "ike/engine.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ike/engine_counting.h"
#include "ike/ikev2/exchange/children.h"

namespace xfrmd::ike {

using base::Reason;
using ikev2::sa::IkeSa;

namespace {

constexpr base::Duration kShortestWait = std::chrono::milliseconds(1);

// Nothing where it is not there, or has only its last packets to wait for.
const ikev2::sa::ChildSa* child_of(const IkeSa& sa, ChildSaId id) {
    const auto* established = sa.established();
    if (established == nullptr) return nullptr;
    const auto found =
        std::find_if(established->children.begin(), established->children.end(), [id](const ikev2::sa::ChildSa& child) {
            return child.id == id && child.state != ikev2::sa::ChildState::retired;
        });
    return found == established->children.end() ? nullptr : &*found;
}

// As an operator knows it.
const ikev2::sa::ChildSa* child_named(const IkeSa& sa, ChildSaId id) {
    const auto* established = sa.established();
    return established == nullptr ? nullptr : ikev2::exchange::find_named(*established, id);
}

}  // namespace

Engine::Engine(Options options, base::Random& random, policy::Snapshot configuration)
    : options_(options),
      random_(random),
      configuration_(std::move(configuration)),
      table_(options.shard, options.shards, random),
      admission_(options_),
      tickets_{{options.shard, options.ticket_life, options.most_revoked_tickets},
               ikev2::sa::TicketWallet(options.most_held_tickets)},
      validation_(random) {}

Actions Engine::handle(const Input& input, base::Instant now) {
    Turn turn{now, {}, {}};
    std::visit([&](const auto& item) { on(item, turn); }, input);
    lead_over(turn);
    std::ranges::move(validation_.enquiries.take_questions(), std::back_inserter(turn.actions));
    // Once it has our answer to a Delete, the peer may drop what comes on the old child: the kernel's turn is first.
    std::stable_partition(turn.actions.begin(), turn.actions.end(),
                          [](const Action& action) { return !std::holds_alternative<SendDatagram>(action); });
    count(turn.actions, table_, options_.nat_port, counters_);
    return std::move(turn.actions);
}

ikev2::sa::Surroundings Engine::around(Turn& turn) {
    return {turn.now, random_, table_, options_, tickets_, validation_, turn.actions, turn.successions};
}

base::Instant Engine::next_timeout() const {
    return std::min(table_.next_deadline(), validation_.enquiries.deadline());
}

void Engine::visit(const Visitor& visitor, IkeSaId after) const {
    const auto& all = table_.all();
    for (auto next = all.upper_bound(after); next != all.end() && visitor(*next->second); ++next) {
    }
}

const IkeSa* Engine::find(IkeSaId id) const {
    const auto found = table_.all().find(id);
    return found == table_.all().end() ? nullptr : found->second.get();
}

void Engine::fail(OperationId operation, base::Error error, Turn& turn) {
    turn.actions.push_back(OperationDone{operation, {}, {}, tl::unexpected(std::move(error))});
}

void Engine::on(const Initiate& wish, Turn& turn) {
    const policy::Connection* connection = configuration_->connection(wish.connection);
    if (connection == nullptr)
        return fail(wish.operation, {Reason::NotFound, "connection " + wish.connection, {}}, turn);
    if (connection->children.empty()) {
        return fail(wish.operation, {Reason::ConfigurationInvalid, wish.connection + " has no children", {}}, turn);
    }
    const std::string child = wish.child.empty() ? connection->children.front().name : wish.child;
    if (connection->child(child) == nullptr) {
        return fail(wish.operation, {Reason::NotFound, "child " + child + " of " + wish.connection, {}}, turn);
    }
    if (IkeSa* existing = ike_sa_for(wish)) {
        const bool was_established = existing->established() != nullptr;
        ikev2::sa::CreateChildTask task{child, wish.operation, wish.packet};
        if (wish.cpu) task.resource = ikev2::sa::Resource{wish.cpu};
        existing->add_task(std::move(task), around(turn));
        return settle(*existing, was_established, turn);
    }
    if (wish.ike_sa != IkeSaId::none) return fail(wish.operation, {Reason::NotFound, "no such IKE SA", {}}, turn);
    initiate(*connection, wish, child, turn);
}

// The IKE SA that a new child goes into, nullptr if there is none. Not one of a connection that is no more.
IkeSa* Engine::ike_sa_for(const Initiate& wish) {
    const auto all = table_.of_connection(wish.connection);
    const policy::Connection* configured = configuration_->connection(wish.connection);
    const auto is_end = [](const base::Address& wanted, const base::Endpoint& end) {
        return wanted.is_any() || wanted == end.address;
    };
    const auto suits = [&](const IkeSa* sa) {
        if (!is_end(wish.wanted_local, sa->sa().local) || !is_end(wish.wanted_remote, sa->sa().remote)) return false;
        return configured != nullptr && configured->has_same_ike(*sa->sa().connection) && !sa->is_leaving() &&
               (wish.ike_sa == IkeSaId::none || wish.ike_sa == sa->sa().id);
    };
    const auto found = std::find_if(all.begin(), all.end(), suits);
    return found == all.end() ? nullptr : *found;
}

ikev2::sa::Sa Engine::make_sa(bool original_initiator, const base::Endpoint& local, const base::Endpoint& remote,
                              Turn& turn) {
    ikev2::sa::Sa sa;
    sa.id = sa.own_id = table_.new_ike_id();
    sa.original_initiator = original_initiator;
    (original_initiator ? sa.spi_i : sa.spi_r) = table_.new_ike_spi();
    sa.local = local;
    sa.remote = remote;
    sa.configuration = configuration_;
    sa.created = sa.last_inbound = sa.last_outbound = turn.now;
    return sa;
}

void Engine::initiate(const policy::Connection& connection, const Initiate& wish, const std::string& child,
                      Turn& turn) {
    if (table_.ike_sas() >= options_.most_ike_sas) return fail(wish.operation, {Reason::TableFull, {}, {}}, turn);
    ikev2::sa::Sa sa = make_sa(true, {wish.local, connection.local_port}, {wish.remote, connection.remote_port}, turn);
    sa.connection = &connection;
    sa.has_inherited_sas = wish.has_inherited_sas;
    sa.tasks.push_back(ikev2::sa::CreateChildTask{child, wish.operation, wish.packet});
    IkeSa& added = table_.add(std::make_unique<IkeSa>(std::move(sa)));
    added.initiate(around(turn));
    settle(added, false, turn);
}

void Engine::on(const Clear& wish, Turn& turn) {
    IkeSa* sa = table_.find(wish.ike_sa);
    const bool whole = wish.child == ChildSaId::none;
    const ikev2::sa::ChildSa* child = nullptr;
    if (sa != nullptr) child = wish.this_very_child ? child_of(*sa, wish.child) : child_named(*sa, wish.child);
    if (sa == nullptr || (!whole && child == nullptr)) {
        return fail(wish.operation, {Reason::NotFound, "no such SA", {}}, turn);
    }
    const bool was_established = sa->established() != nullptr;
    if (whole && (wish.force || !was_established)) {
        const base::Error why{Reason::OperatorRequest, {}, {}};
        wish.force ? sa->close_now(why, around(turn)) : sa->give_up(why, around(turn));
        turn.actions.push_back(OperationDone{wish.operation, wish.ike_sa, {}, {}});
    } else if (whole) {
        sa->add_task(ikev2::sa::DeleteIkeTask{wish.operation, Reason::OperatorRequest}, around(turn));
    } else {
        if (!wish.this_very_child) note_cleared(*sa, child->number);
        sa->delete_child(child->id, wish.operation, wish.force, around(turn));
    }
    settle(*sa, was_established, turn);
}

void Engine::on(const Rekey& wish, Turn& turn) {
    IkeSa* sa = table_.find(wish.ike_sa);
    const bool whole = wish.child == ChildSaId::none;
    const ikev2::sa::ChildSa* child = sa == nullptr ? nullptr : child_named(*sa, wish.child);
    if (sa == nullptr || sa->established() == nullptr || (!whole && child == nullptr)) {
        return fail(wish.operation, {Reason::NotFound, "no such SA", {}}, turn);
    }
    if (whole && wish.authenticates) {
        if (sa->sa().original_initiator) {
            sa->authenticate_again_at(turn.now);
        } else {
            turn.actions.push_back(sa->sa().news("not authenticated again: whoever has begun an IKE SA does that"));
        }
    } else if (whole) {
        sa->add_task(ikev2::sa::RekeyIkeTask{wish.operation}, around(turn));
    } else {
        sa->add_task(ikev2::sa::RekeyChildTask{child->id, wish.operation}, around(turn));
    }
    settle(*sa, true, turn);
}

void Engine::on(const ChildExpiring& notice, Turn& turn) {
    IkeSa* sa = table_.find(notice.ike_sa);
    if (sa == nullptr || child_of(*sa, notice.child) == nullptr) return;
    sa->add_task(ikev2::sa::RekeyChildTask{notice.child, OperationId::none}, around(turn));
    settle(*sa, true, turn);
}

void Engine::on(const PeerMoved& notice, Turn& turn) {
    IkeSa* sa = table_.find(notice.ike_sa);
    if (sa == nullptr || child_of(*sa, notice.child) == nullptr) return;
    sa->on_peer_moved(notice.remote, around(turn));
    settle(*sa, true, turn);
}

void Engine::on(const UsePath& path, Turn& turn) {
    IkeSa* sa = table_.find(path.ike_sa);
    if (sa == nullptr) return;
    const bool was_established = sa->established() != nullptr;
    if (path.sought && sa->sa().redirection.wanted == path.remote) {
        follow_redirect(*sa, path.local, turn);
    } else if (was_established) {
        sa->on_path(path, around(turn));
    }
    settle(*sa, was_established, turn);
}

void Engine::on(const OwnAddresses& own, Turn& turn) {
    options_.own_addresses = own.addresses;
    for (const IkeSaId id : table_.ids()) {
        IkeSa* sa = table_.find(id);
        if (sa == nullptr || sa->established() == nullptr) continue;
        sa->on_own_addresses(around(turn));
        settle(*sa, true, turn);
    }
}

void Engine::on(const ChildInstalled& answer, Turn& turn) {
    IkeSa* sa = table_.find(answer.ike_sa);
    if (sa == nullptr) return;
    sa->on_child_installed(answer, around(turn));
    settle(*sa, true, turn);
}

void Engine::on(const ChildrenUsed& answer, Turn& turn) {
    IkeSa* sa = table_.find(answer.ike_sa);
    if (sa == nullptr) return;
    sa->on_use(answer, around(turn));
    settle(*sa, sa->established() != nullptr, turn);
}

void Engine::on(const TimePassed&, Turn& turn) {
    while (IkeSa* sa = table_.next_due(turn.now)) {
        const bool was_established = sa->established() != nullptr;
        if (sa->reauthentication_is_due(turn.now)) reauthenticate(*sa, turn);
        sa->on_time(around(turn));
        settle(*sa, was_established, turn);
    }
    validation_.enquiries.give_up(turn.now);
    go_on(turn);
}

void Engine::on(const TimeOfDay& told, Turn&) { validation_.start = told.start; }

void Engine::carry_out(IkeSa& old, ikev2::sa::Succession succession, Turn& turn) {
    using ikev2::sa::Predecessor;
    if (succession.born) {
        const bool is_redundant = succession.born->is_redundant;
        IkeSa& born = table_.add(std::make_unique<IkeSa>(std::move(*succession.born)));
        if (is_redundant) born.add_task(ikev2::sa::DeleteIkeTask{OperationId::none, Reason::Rekeyed}, around(turn));
        settle(born, true, turn);
    }
    if (IkeSa* loser = table_.find(succession.loser)) {
        loser->sa().is_rival = false;
        loser->await_delete(around(turn));
        settle(*loser, true, turn);
    }
    IkeSa* heir = table_.find(succession.heir);
    if (heir == nullptr) return;
    old.hand_over_to(*heir, around(turn));
    table_.swap_numbers(old.sa().id, heir->sa().id);
    heir->sa().predecessor = old.sa().id;
    heir->sa().is_rival = false;
    turn.actions.push_back(heir->sa().news("IKE SA rekeyed", {ike::Turn::ike_rekeyed}));
    if (succession.predecessor == Predecessor::is_deleted) {
        old.add_task(ikev2::sa::DeleteIkeTask{OperationId::none, Reason::Rekeyed}, around(turn));
    } else if (succession.predecessor == Predecessor::is_gone) {
        old.close_silently({Reason::Rekeyed, {}, {}}, around(turn));
    }
    heir->start_waiting_tasks(around(turn));
    settle(*heir, true, turn);
}

void Engine::settle(IkeSa& sa, bool was_established, Turn& turn) {
    for (auto& succession : std::exchange(turn.successions, {})) carry_out(sa, std::move(succession), turn);
    if (!was_established && sa.established() != nullptr) {
        ++counters_.established;
        sa.sa().origin = {sa.sa().original_initiator, sa.sa().spi_i, sa.sa().created, sa.established()->since};
        if (sa.established()->remote_id.is_null()) {
            admission_.admitted_unknown(sa.sa().first_request);
        } else {
            admission_.authenticated(sa.sa().first_request, sa.sa().remote.address);
        }
        end_resumed(sa, turn);
        claim_peer(sa, turn);
        give_up_attempts(sa, turn);
        settle_crossing(sa, turn);
    }
    const auto& told_at = sa.sa().told_at;
    if (told_at && *told_at != sa.sa().remote.address && sa.established() != nullptr) tell_place(sa, turn);
    tell_where_leases_are(sa.sa(), turn);
    settle_reauthentication(sa, turn);
    if (sa.is_closed()) {
        admission_.half_open().remove(sa.sa().first_request);
        tell_gone(sa.sa(), turn);
        let_go_of_addresses(sa.sa(), turn);
        ask_elsewhere(sa, turn);
        const IkeSaId repeated_by = sa.sa().repeated_by;
        table_.remove(sa.sa().id);
        if (IkeSa* next = table_.find(repeated_by)) settle(*next, next->established() != nullptr, turn);
        return;
    }
    const base::Instant deadline = sa.deadline(options_);
    table_.update(sa, deadline == base::kNever ? deadline : std::max(deadline, turn.now + kShortestWait));
}

}  // namespace xfrmd::ike
