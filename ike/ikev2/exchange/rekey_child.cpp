#include "ike/ikev2/exchange/rekey_child.h"

#include <algorithm>
#include <utility>

#include "ike/base/reader.h"
#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/create_child_sa.h"
#include "ike/ikev2/exchange/follow_up.h"
#include "ike/ikev2/exchange/per_resource.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

sa::RekeyedChild rekeyed_child(const sa::ChildSa& child) { return {child.id, child.number, child.inbound(), {}}; }

// RFC 7296 1.3.3: REKEY_SA names the child by the SPI that the peer receives on.
sa::ChildSa* named_by(sa::Established& phase, const wire::Notify& rekey) {
    base::Reader reader(rekey.spi);
    const sa::ChildSpi spi{rekey.protocol, ike::EspSpi{reader.u32()}};
    return reader.complete() ? find_outbound(phase, spi) : nullptr;
}

sa::Next answer_not_found(sa::Step& step, sa::Established& phase, const wire::Notify& rekey) {
    step.report(ike::Level::warning, "CREATE_CHILD_SA request refused: no child SA to rekey", Reason::ChildSaNotFound);
    // RFC 7296 3.10: without an SPI there is no protocol.
    const auto protocol = rekey.spi.empty() ? policy::ProtocolId::none : rekey.protocol;
    send_response(step, phase.keyed, wire::ExchangeType::create_child_sa,
                  {wire::Notify{protocol, rekey.spi, wire::NotifyType::child_sa_not_found, {}}});
    return sa::stay();
}

// By a child of our own request, and we send on that already.
bool have_replaced(const sa::Established& phase, const sa::ChildSa& child) {
    return std::any_of(phase.children.begin(), phase.children.end(), [&](const sa::ChildSa& other) {
        return other.replaces == child.id && !other.is_outbound_deferred;
    });
}

// RFC 7296 2.25.1: what is going is not rekeyed. The request may have crossed ours and come late: nobody would
// know then that there are two new ones, of which one has to go (2.8.1).
base::Result<void> check_stays(const sa::Established& phase, const sa::ChildSa& child) {
    if (have_replaced(phase, child)) {
        return base::fail(Reason::TemporaryFailure, crossing("child SA " + child.name, Winner::ours));
    }
    if (child.state == sa::ChildState::installed) return {};
    return base::fail(Reason::TemporaryFailure, "the child SA is not installed, or is being deleted");
}

// RFC 7296 2.8.3: another child is on its way, in another IKE SA.
base::Result<void> check_not_repeated(const sa::Step& step) {
    if (step.sa.repeated_by == ike::IkeSaId::none) return {};
    return base::fail(Reason::TemporaryFailure, "the IKE SA is being authenticated again");
}

// The peer has been granted another one in its place, and has key exchanges to do.
bool is_awaited(const sa::Established& phase, ike::ChildSaId replaced) {
    const auto* child = phase.awaited ? std::get_if<sa::NegotiatedChild>(&phase.awaited->what) : nullptr;
    return child != nullptr && child->replaces == replaced;
}

// RFC 9370 2.2.4: ours has been granted, and the peer has not known when it began its own.
base::Result<void> check_not_followed(const sa::Established& phase, const sa::ChildSa& child) {
    const auto* creating = std::get_if<sa::CreatingChild>(&phase.exchange);
    const bool is_ours =
        creating != nullptr && creating->granted && creating->rekeyed && creating->rekeyed->child == child.id;
    if (!is_ours) return {};
    return base::fail(Reason::TemporaryFailure, crossing("child SA " + child.name, Winner::ours));
}

}  // namespace

wire::Notify rekey_sa(const sa::ChildSpi& spi_in) {
    return {spi_in.protocol, spi_bytes(spi_in.spi), wire::NotifyType::rekey_sa, {}};
}

void start_rekey_child(sa::Step& step, sa::Established& phase, const sa::RekeyChildTask& task) {
    sa::ChildSa* child = find_child(phase, task.child);
    if (child != nullptr && is_replaced(phase, child->id)) {  // by the peer
        return step.done(task.operation, child->number, {}, true);
    }
    if (child == nullptr || child->state != sa::ChildState::installed || child->is_redundant) {
        return step.done(task.operation, task.child, base::fail(Reason::NotFound, "the child SA has gone"));
    }
    if (const auto lasts = check_not_repeated(step); !lasts) {
        postpone_rekeying(step, phase, child->id);
        return step.done(task.operation, child->number, lasts);
    }
    if (is_awaited(phase, child->id)) {
        postpone_rekeying(step, phase, child->id);  // should the peer not go on
        return step.done(task.operation, child->number, {}, true);
    }
    child->rekey_at = base::kNever;
    request_child(step, phase, {child->name, task.operation, {}, {}, {}, 0, child->only, child->resource},
                  rekeyed_child(*child));
    const bool is_asked_for = std::holds_alternative<sa::CreatingChild>(phase.exchange);
    if (!is_asked_for) postpone_rekeying(step, phase, child->id);
}

// RFC 7296 2.8.1: what was made with the lowest of the four nonces is redundant, and deleted by who made it.
std::optional<Winner> winner_of(const sa::Established& phase, const sa::CreatingChild& creating,
                                base::ByteView nonce_r) {
    const sa::RekeyedChild& old = *creating.rekeyed;
    if (!old.rival) return std::nullopt;
    // Or what the peer has replaced it with since.
    const bool rival_stands = std::any_of(phase.children.begin(), phase.children.end(), [&](const sa::ChildSa& other) {
        return other.number == old.number && other.id >= old.rival->child && other.state != sa::ChildState::retired;
    });
    const bool is_there = old.rival->child == ike::ChildSaId::none ? is_awaited(phase, old.child) : rival_stands;
    if (!is_there) return std::nullopt;
    const base::Bytes lowest = std::min(creating.nonce, base::to_bytes(nonce_r));
    return lowest < old.rival->lowest_nonce ? Winner::the_peers : Winner::ours;
}

void take_place(sa::Step& step, sa::Established& phase, const sa::CreatingChild& creating, base::ByteView nonce_r,
                NegotiatedChild& child) {
    const sa::RekeyedChild& old = *creating.rekeyed;
    child.replaces = old.child;
    child.number = old.number;
    child.resource = creating.proposed.resource;
    const auto winner = winner_of(phase, creating, nonce_r);
    if (!winner) return;
    if (winner == Winner::ours) return outdo_rival(step, phase, creating);
    child.is_redundant = child.defer_outbound = true;
    step.report(ike::Level::debug, crossing("child SA " + child.name, Winner::the_peers));
}

void stop_rekeying(sa::Step& step, sa::Established& phase, const sa::CreatingChild& creating) {
    const sa::ProposedChild& proposed = creating.proposed;
    release(step, proposed.spi_in, proposed.cpi_in);
    step.report(ike::Level::debug, crossing("child SA " + proposed.name, Winner::the_peers));
    step.done(proposed.operation, creating.rekeyed->number, {});
    postpone_rekeying(step, phase, creating.rekeyed->child);  // should the peer not go on either
}

void outdo_rival(sa::Step& step, sa::Established& phase, const sa::CreatingChild& creating) {
    if (is_awaited(phase, creating.rekeyed->child)) forget_follow_ups(step, phase);
    step.report(ike::Level::debug, crossing("child SA " + creating.proposed.name, Winner::ours));
}

void on_rekeying_failed(sa::Step& step, sa::Established& phase, const sa::CreatingChild& creating,
                        const base::Error& error) {
    const sa::RekeyedChild& rekeyed = *creating.rekeyed;
    const sa::ProposedChild& proposed = creating.proposed;
    if (is_replaced(phase, rekeyed.child) || is_awaited(phase, rekeyed.child)) {
        step.report(ike::Level::debug, crossing("child SA " + proposed.name, Winner::the_peers));
        postpone_rekeying(step, phase, rekeyed.child);  // should the peer not go on
        return step.done(proposed.operation, rekeyed.number, {});
    }
    step.report(ike::Level::warning, "child SA " + proposed.name + " was not rekeyed: " + error.sentence(),
                error.reason);
    step.done(proposed.operation, rekeyed.number, tl::unexpected(error));
    const sa::ChildSa* old = find_child(phase, rekeyed.child);
    if (old == nullptr || old->state != sa::ChildState::installed) return;
    if (error.reason == Reason::ChildSaNotFound) {
        step.sa.tasks.push_front(sa::CreateChildTask{
            old->name, ike::OperationId::none, {}, {}, {}, 0, old->only, old->cpu() ? old->resource : std::nullopt});
        return remove_child(step, phase, old->id, error);
    }
    postpone_rekeying(step, phase, old->id);
}

sa::Next on_rekey_child_request(sa::Step& step, sa::Established& phase, const sa::Message& message) {
    const wire::Payloads& request = message.payloads;
    const wire::Notify& rekey = *request.find(wire::NotifyType::rekey_sa);
    if (message.shape != wire::Shape::new_child) return base::fail(Reason::PayloadMissing, "SA, Ni, TSi or TSr");
    // Before looking for the child, which may be another IKE SA's by now and is not to be negotiated anew.
    if (const auto lasts = check_lasts(phase); !lasts) return tl::unexpected(lasts.error());
    if (const auto lasts = check_not_repeated(step); !lasts) return tl::unexpected(lasts.error());
    sa::ChildSa* old = named_by(phase, rekey);
    if (old == nullptr && std::holds_alternative<sa::CreatingChild>(phase.exchange)) {
        // The peer may mean the one that its answer, still on its way, will tell us of.
        return base::fail(Reason::TemporaryFailure, "a child SA is being made");
    }
    if (old == nullptr) return answer_not_found(step, phase, rekey);
    if (const auto stays = check_stays(phase, *old); !stays) return tl::unexpected(stays.error());
    if (const auto ours = check_not_followed(phase, *old); !ours) return tl::unexpected(ours.error());
    // One for each that may stand: who rekeys without end and deletes nothing is stopped.
    if (phase.children.size() >= 2 * step.options.most_children) return base::fail(Reason::NoAdditionalSas);
    const policy::Child* configured = step.sa.connection->child(old->name);
    if (configured == nullptr) return base::fail(Reason::ConfigurationRemoved);
    auto accepted = accept_child(step, *configured, request, false);
    if (!accepted) return tl::unexpected(accepted.error());
    accepted->child.replaces = old->id;
    accepted->child.number = old->number;
    accepted->child.defer_outbound = true;
    accepted->child.resource = old->resource;
    accepted->tells_resource = old->resource && has_resource_info(request);
    return answer_with_child(step, phase, request, std::move(*accepted));
}

void remember_rival(sa::Established& phase, ike::ChildSaId replaces, ike::ChildSaId child,
                    const base::Bytes& lowest_nonce) {
    auto* creating = std::get_if<sa::CreatingChild>(&phase.exchange);
    if (creating == nullptr || !creating->rekeyed) return;
    if (creating->rekeyed->child == replaces) creating->rekeyed->rival = sa::RivalChild{child, lowest_nonce};
}

base::Result<void> check_still_there(const sa::Established& phase, const sa::NegotiatedChild& child) {
    const sa::ChildSa* old = find_child(phase, child.replaces);
    if (old == nullptr) return base::fail(Reason::TemporaryFailure, "the child SA has gone");
    return check_stays(phase, *old);
}

}  // namespace xfrmd::ikev2::exchange
