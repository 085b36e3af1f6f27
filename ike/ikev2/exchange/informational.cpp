#include "ike/ikev2/exchange/informational.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ike/ikev2/exchange/additional_addresses.h"
#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/crash_detection.h"
#include "ike/ikev2/exchange/create_child_sa.h"
#include "ike/ikev2/exchange/crossing.h"
#include "ike/ikev2/exchange/follow_up.h"
#include "ike/ikev2/exchange/mobility.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/redirect.h"
#include "ike/ikev2/exchange/rekey_child.h"
#include "ike/ikev2/exchange/rekey_ike.h"
#include "ike/ikev2/exchange/rekey_time.h"
#include "ike/ikev2/exchange/ticketing.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

// The answer that would have told us of this child may still be on its way. As many are remembered as there can be
// children.
void remember_deleted(const sa::Step& step, sa::Established& phase, sa::ChildSpi spi) {
    auto* creating = std::get_if<sa::CreatingChild>(&phase.exchange);
    if (creating != nullptr && creating->deleted.size() < step.options.most_children) creating->deleted.push_back(spi);
}

// RFC 7296 1.4.1: the peer names the SPIs it receives on, we answer with ours of the same pairs. What is not there, or
// is not this IKE SA's, is left alone.
void delete_children(sa::Step& step, sa::Established& phase, const wire::Delete& named, wire::Delete& ours) {
    for (const std::uint32_t number : named.spis) {
        const sa::ChildSpi spi{named.protocol, ike::EspSpi{number}};
        const sa::ChildSa* child = find_outbound(phase, spi);
        if (child == nullptr) {
            remember_deleted(step, phase, spi);
            continue;
        }
        // RFC 7296 1.4.1: with our own Delete for it in flight, the answer does not name it again.
        if (child->state != sa::ChildState::deleting) ours.spis.push_back(static_cast<std::uint32_t>(child->spi_in));
        step.report(ike::Level::info, "peer deletes child SA " + child->name, Reason::PeerDeleted);
        retire_child(step, phase, child->id, base::Error{Reason::PeerDeleted, {}, {}});
    }
}

// A Delete for each protocol that any of ours is of.
std::vector<wire::Payload> delete_children(sa::Step& step, sa::Established& phase, const wire::Payloads& payloads) {
    std::vector<wire::Payload> answer;
    for (const auto protocol : {policy::ProtocolId::esp, policy::ProtocolId::ah}) {
        wire::Delete ours{protocol, {}};
        for (const wire::Delete& named : payloads.deletes) {
            if (named.protocol == protocol) delete_children(step, phase, named, ours);
        }
        if (!ours.spis.empty()) answer.emplace_back(std::move(ours));
    }
    return answer;
}

bool is_fatal(const wire::Notify& notify) {
    return notify.type == wire::NotifyType::authentication_failed || notify.type == wire::NotifyType::invalid_syntax;
}

// RFC 7296 2.21.2: after IKE_AUTH the initiator may say so in an INFORMATIONAL of its own.
const wire::Notify* fatal_notify(const wire::Payloads& payloads) {
    const auto found = std::find_if(payloads.notifies.begin(), payloads.notifies.end(), is_fatal);
    return found == payloads.notifies.end() ? nullptr : &*found;
}

sa::Phase closed(Reason reason, std::string detail = {}) {
    return sa::Closed{base::Error{reason, std::move(detail), {}}};
}

// RFC 7296 2.25.2: our own rekeying is forgotten, and what the peer made of this one has its children.
sa::Next end_by_peer(sa::Step& step, sa::Established& phase) {
    if (phase.is_succeeded) return closed(Reason::Rekeyed);
    auto* rekeying = std::get_if<sa::RekeyingIke>(&phase.exchange);
    const ike::IkeSaId rival = rekeying == nullptr ? ike::IkeSaId::none : rival_of(step, *rekeying);
    if (rival == ike::IkeSaId::none) return closed(Reason::PeerDeleted);
    step.report(ike::Level::debug, crossing("the IKE SA", Winner::the_peers));
    step.done(rekeying->operation, {}, {});
    step.successions.push_back({nullptr, rival, sa::Predecessor::is_gone});
    phase.exchange = std::monostate{};
    return sa::stay();
}

void send_delete_child(sa::Step& step, sa::Established& phase, const sa::DeleteChildTask& task) {
    if (task.child != ike::ChildSaId::none) {
        sa::ChildSa* child = find_child(phase, task.child);
        if (child == nullptr) return step.done(task.operation, task.child, {});  // gone meanwhile
        child->state = sa::ChildState::deleting;
    }
    const std::vector<wire::Payload> payloads{
        wire::Delete{task.spi_in.protocol, {static_cast<std::uint32_t>(task.spi_in.spi)}}};
    send_request(step, phase.keyed, wire::ExchangeType::informational, payloads);
    phase.exchange = sa::DeletingChild{task.spi_in, task.child, task.operation};
}

sa::Phase send_delete_ike(sa::Step& step, sa::Established& phase, const sa::DeleteIkeTask& task) {
    send_delete(step, phase.keyed);
    forget_follow_ups(step, phase);
    remove_all_children(step, phase, base::Error{task.reason, {}, {}});
    step.report(ike::Level::info, "deleting the IKE SA: " + std::string(base::traits(task.reason).sentence));
    return sa::Deleting{std::move(phase.keyed), task.operation, task.reason};
}

}  // namespace

void send_delete(sa::Step& step, sa::Keyed& keyed) {
    send_request(step, keyed, wire::ExchangeType::informational, {wire::Delete{policy::ProtocolId::ike, {}}});
}

bool deletes_ike_sa(const wire::Payloads& payloads) {
    return std::any_of(payloads.deletes.begin(), payloads.deletes.end(),
                       [](const wire::Delete& item) { return item.protocol == policy::ProtocolId::ike; });
}

sa::Next on_informational_request(sa::Step& step, sa::Established& phase, const sa::Message& request) {
    if (deletes_ike_sa(request.payloads)) {
        send_response(step, phase.keyed, wire::ExchangeType::informational, {});
        return end_by_peer(step, phase);
    }
    if (const auto* fatal = fatal_notify(request.payloads)) {
        send_response(step, phase.keyed, wire::ExchangeType::informational, {});
        return closed(Reason::PeerRefused, "peer sent " + to_string(fatal->type));
    }
    heed_lifetime(step, phase, request.payloads);  // RFC 4478 3: it may be told at any time
    heed_redirect(step, phase, request.payloads);
    note_crash_token(step.sa, request.payloads);
    std::vector<wire::Payload> answer = delete_children(step, phase, request.payloads);
    std::ranges::move(answer_mobility(step, request.payloads), std::back_inserter(answer));
    answer_ticket_request(step, phase, request.payloads, answer);
    send_response(step, phase.keyed, wire::ExchangeType::informational, answer);
    return sa::stay();
}

sa::Next on_informational_response(sa::Step& step, sa::Established& phase, const sa::Message& response) {
    if (std::holds_alternative<sa::CreatingChild>(phase.exchange) ||
        std::holds_alternative<sa::RekeyingIke>(phase.exchange)) {
        return base::fail(Reason::ResponseUnexpected, "INFORMATIONAL to CREATE_CHILD_SA or IKE_FOLLOWUP_KE");
    }
    const sa::Exchange exchange = std::exchange(phase.exchange, std::monostate{});
    step.sa.window.answered();
    if (const auto* deleting = std::get_if<sa::DeletingChild>(&exchange)) {
        retire_child(step, phase, deleting->child, base::Error{Reason::OperatorRequest, {}, {}});
        step.done(deleting->operation, deleting->child, {});
    } else if (const auto* updating = std::get_if<sa::UpdatingAddresses>(&exchange)) {
        return on_addresses_updated(step, phase, *updating, response.payloads);
    } else if (const auto* checking = std::get_if<sa::CheckingPath>(&exchange)) {
        return on_path_checked(step, phase, *checking, response.payloads);
    } else if (const auto* telling = std::get_if<sa::TellingAddresses>(&exchange)) {
        return on_additional_addresses_told(step, phase, *telling);
    } else if (const auto* redirecting = std::get_if<sa::Redirecting>(&exchange)) {
        on_redirect_heard(step, phase, *redirecting);
    } else if (std::holds_alternative<sa::AskingForTicket>(exchange)) {
        take_ticket(step, phase, response.payloads);
    } else {
        on_mobile_liveness(step, response.payloads);
    }
    return sa::stay();
}

// RFC 7296 2.25.2: a Delete that crosses ours is answered as usual, and ours forgotten. It goes to where the peer is.
sa::Next answer_while_deleting(sa::Step& step, sa::Deleting& phase, const sa::Message& request) {
    send_response(step, phase.keyed, wire::ExchangeType::informational, answer_mobility(step, request.payloads));
    if (deletes_ike_sa(request.payloads)) return closed(phase.reason);
    return sa::stay();
}

sa::Next on_delete_response(sa::Step& step, sa::Deleting& phase, const sa::Message&) {
    step.sa.window.answered();
    return closed(phase.reason);
}

sa::Withdrawing withdraw(sa::Step& step, sa::AuthRequested& phase) {
    step.sa.window.answered();
    send_delete(step, phase.keyed);
    return {std::move(phase.keyed)};
}

sa::Next answer_while_withdrawing(sa::Step& step, sa::Withdrawing& phase, const sa::Message& request) {
    send_response(step, phase.keyed, wire::ExchangeType::informational, {});
    if (deletes_ike_sa(request.payloads)) return closed(Reason::PeerDeleted);
    return sa::stay();
}

sa::Next on_withdrawn(sa::Step& step, sa::Withdrawing&, const sa::Message&) {
    step.sa.window.answered();
    return closed(Reason::OperatorRequest);
}

sa::Next start_task(sa::Step& step, sa::Established& phase) {
    const sa::Task task = std::move(step.sa.tasks.front());
    step.sa.tasks.pop_front();
    if (const auto* create = std::get_if<sa::CreateChildTask>(&task)) {
        start_create_child(step, phase, *create);
    } else if (const auto* rekey = std::get_if<sa::RekeyChildTask>(&task)) {
        start_rekey_child(step, phase, *rekey);
    } else if (const auto* rekey_ike = std::get_if<sa::RekeyIkeTask>(&task)) {
        start_rekey_ike(step, phase, *rekey_ike);
    } else if (const auto* remove = std::get_if<sa::DeleteChildTask>(&task)) {
        send_delete_child(step, phase, *remove);
    } else if (const auto* remove_ike = std::get_if<sa::DeleteIkeTask>(&task)) {
        return send_delete_ike(step, phase, *remove_ike);
    } else if (const auto* redirect = std::get_if<sa::RedirectTask>(&task)) {
        send_redirect(step, phase, *redirect);
    } else if (std::holds_alternative<sa::TellCrashTokenTask>(task)) {
        tell_crash_token(step, phase);
    } else if (std::holds_alternative<sa::UpdateAddressesTask>(task)) {
        send_update_addresses(step, phase);
    } else if (std::holds_alternative<sa::CheckPathTask>(task)) {
        send_path_check(step, phase);
    } else if (std::holds_alternative<sa::AdditionalAddressesTask>(task)) {
        send_additional_addresses(step, phase);
    } else if (std::holds_alternative<sa::TicketTask>(task)) {
        send_ticket_request(step, phase);
    } else {
        send_request(step, phase.keyed, wire::ExchangeType::informational, mobile_liveness(step.sa));
        phase.exchange = sa::Liveness{};
    }
    return sa::stay();
}

}  // namespace xfrmd::ikev2::exchange
