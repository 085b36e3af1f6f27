// How an IKE SA ends: what is owed to the peer, to the kernel, and to whoever waits (RFC 7296 1.4.1, 2.21).
#include <utility>

#include "ike/ikev2/exchange/authentication.h"
#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/follow_up.h"
#include "ike/ikev2/exchange/informational.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/ticketing.h"
#include "ike/ikev2/sa/ike_sa.h"

namespace xfrmd::ikev2::sa {

namespace {

using base::Reason;

// The IKE SA is going: what should be deleted is, what should come up does not.
void tell_waiting(Step& step, const Task& task, const base::Error& why) {
    if (const auto* create = std::get_if<CreateChildTask>(&task)) {
        step.done(create->operation, {}, tl::unexpected(why));
    } else if (const auto* rekey = std::get_if<RekeyChildTask>(&task)) {
        step.done(rekey->operation, rekey->child, tl::unexpected(why));
    } else if (const auto* rekey_ike = std::get_if<RekeyIkeTask>(&task)) {
        step.done(rekey_ike->operation, {}, tl::unexpected(why));
    } else if (const auto* child = std::get_if<DeleteChildTask>(&task)) {
        step.done(child->operation, child->child, {});  // the child goes with its IKE SA
    } else if (const auto* redirect = std::get_if<RedirectTask>(&task)) {
        step.done(redirect->operation, {}, tl::unexpected(why));
    } else if (const auto* ike = std::get_if<DeleteIkeTask>(&task)) {
        step.done(ike->operation, {}, {});
    }
}

// Its number lives on in another one.
bool is_rekeyed(const Phase& phase, const base::Error& why) {
    const auto* deleting = std::get_if<Deleting>(&phase);
    return why.reason == Reason::Rekeyed || (deleting != nullptr && deleting->reason == Reason::Rekeyed);
}

// Or expected. A peer that is refused may not know why.
bool is_wanted(Reason reason, bool was_established) {
    return reason == Reason::OperatorRequest || reason == Reason::Rekeyed || reason == Reason::Redundant ||
           (reason == Reason::NotUnique && was_established) || reason == Reason::Redirected ||
           reason == Reason::PeerDeleted || reason == Reason::ConfigurationRemoved;
}

// What a stranger begins and does not finish is nobody's business, nor is one that nobody has been told of: it was to
// take another one's place.
ike::Turn end_of_life(const Sa& sa, bool was_established, Reason why) {
    const bool has_failed = !was_established && !is_wanted(why, false);
    if (sa.repeats.of != ike::IkeSaId::none && !has_failed) return ike::Turn::none;
    if (was_established) return ike::Turn::ike_closed;
    if (why == Reason::Redundant) return ike::Turn::none;  // the peer's stands
    return sa.original_initiator ? ike::Turn::ike_failed : ike::Turn::none;
}

// With a peer that says nothing there has been nothing to look at. Who both are is told in IKE_AUTH (RFC 7296 1.2).
std::optional<ike::Attempt> attempt_of(const Sa& sa, const Phase& phase, const Keyed* keyed, Reason why) {
    if (why == Reason::PeerSilent || is_wanted(why, false)) return std::nullopt;
    ike::Attempt attempt{
        sa.local,     sa.remote,    static_cast<std::uint64_t>(sa.spi_i), static_cast<std::uint64_t>(sa.spi_r),
        sa.nat.local, sa.nat.remote};
    if (keyed != nullptr) attempt.proposal = keyed->proposal;
    if (std::holds_alternative<AuthRequested>(phase)) {
        attempt.local_id = exchange::own_identity(sa.connection->last_local(), sa.local.address);
        attempt.remote_id = sa.connection->last_remote().id;
    }
    return attempt;
}

void tell_exchange(Step& step, const Exchange& exchange, const base::Error& why) {
    if (const auto* creating = std::get_if<CreatingChild>(&exchange)) {
        exchange::release(step, creating->proposed.spi_in, creating->proposed.cpi_in);
        step.done(creating->proposed.operation, {}, tl::unexpected(why));
    } else if (const auto* deleting = std::get_if<DeletingChild>(&exchange)) {
        step.done(deleting->operation, deleting->child, {});
    } else if (const auto* redirecting = std::get_if<Redirecting>(&exchange)) {
        step.done(redirecting->operation, {}, tl::unexpected(why));
    } else if (const auto* rekeying = std::get_if<RekeyingIke>(&exchange)) {
        step.done(rekeying->operation, {}, tl::unexpected(why));
        // What the peer made of it has no children, and nobody wants it alone.
        if (rekeying->rival) {
            step.successions.push_back({nullptr, {}, Predecessor::stays, rekeying->rival->ike_sa});
        }
    }
}

// What the peer is told, once, when we do not wait for its answer: a Delete (RFC 7296 1.4.1, 2.21), or that it did not
// convince us (2.21.2). A peer that refused us knows already; one that has our IKE_AUTH may be established.
std::optional<wire::Payload> farewell_to(const Phase& phase, const base::Error& why) {
    const wire::Delete all{policy::ProtocolId::ike, {}};
    if (std::holds_alternative<Established>(phase)) return all;
    const bool refused = why.reason == Reason::AuthenticationRefused || why.reason == Reason::PeerRefused;
    if (!std::holds_alternative<AuthRequested>(phase) || refused) return std::nullopt;
    const auto unconvinced = wire::NotifyType::authentication_failed;
    if (base::traits(why.reason).notify == static_cast<std::uint16_t>(unconvinced))
        return exchange::notify(unconvinced);
    return all;
}

// What a phase owes to others when it ends.
void settle(Step& step, Phase& phase, const base::Error& why) {
    if (auto* established = std::get_if<Established>(&phase)) {
        tell_exchange(step, established->exchange, why);
        exchange::forget_follow_ups(step, *established);
        exchange::remove_all_children(step, *established, why);
    } else if (auto* auth = std::get_if<AuthRequested>(&phase)) {
        if (!auth->child) return;
        exchange::release(step, auth->child->spi_in, auth->child->cpi_in);
        step.done(auth->child->operation, {}, tl::unexpected(why));
    } else if (auto* deleting = std::get_if<Deleting>(&phase)) {
        step.done(deleting->operation, {}, {});
    }
}

}  // namespace

void IkeSa::close_now(base::Error why, Surroundings around) {
    Step current = step(around);
    const auto farewell = farewell_to(phase_, why);
    if (farewell && keyed() != nullptr) {
        const wire::Header header = exchange::request_header(current, wire::ExchangeType::informational);
        base::Bytes message = exchange::protect(*keyed(), around.random, header, {*farewell});
        current.send(exchange::with_marker(current, sa_.local, std::move(message)));
    }
    close(std::move(why), around);
}

void IkeSa::give_up(base::Error why, Surroundings around) {
    auto* auth = std::get_if<AuthRequested>(&phase_);
    if (auth == nullptr) return close_now(std::move(why), around);
    tell_end(why, around);
    Step current = step(around);
    phase_ = exchange::withdraw(current, *auth);
}

// RFC 5723 6.2: what the peer's silence alone has ended may be resumed.
void IkeSa::close(base::Error why, Surroundings& around) {
    if (is_closed()) return;
    if (why.reason != Reason::PeerSilent || is_leaving()) exchange::drop_tickets(around.tickets, sa_);
    if (phase_id() != PhaseId::withdrawing) tell_end(why, around);
    phase_ = Closed{std::move(why)};
}

void IkeSa::tell_end(const base::Error& why, Surroundings& around) {
    Step current = step(around);
    const bool was_established = phase_id() == PhaseId::established || phase_id() == PhaseId::deleting;
    const bool lives_on = is_rekeyed(phase_, why);
    settle(current, phase_, why);
    for (const Task& task : std::exchange(sa_.tasks, {})) tell_waiting(current, task, why);
    // A peer that deletes the IKE SA may have made another one, where the engine asks for what it has put off in this.
    if (why.reason != Reason::PeerDeleted) {
        for (const auto& child : std::exchange(sa_.postponed, {})) tell_waiting(current, child.task, why);
    }
    ike::Milestone milestone{lives_on ? ike::Turn::none : end_of_life(sa_, was_established, why.reason)};
    if (milestone.turn == ike::Turn::ike_failed) milestone.attempt = attempt_of(sa_, phase_, keyed(), why.reason);
    current.report(is_wanted(why.reason, was_established) ? ike::Level::info : ike::Level::warning,
                   (was_established ? "IKE SA closed: " : "IKE SA failed: ") + why.sentence(), why.reason,
                   std::move(milestone));
}

}  // namespace xfrmd::ikev2::sa
