#include "ike/ikev2/sa/ike_sa.h"

#include <algorithm>
#include <utility>

#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/crash_detection.h"
#include "ike/ikev2/exchange/informational.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/ticketing.h"

namespace xfrmd::ikev2::sa {

namespace {

using base::Disposition;
using base::Reason;

bool has_rekey_notify(const wire::Payloads& payloads) { return payloads.find(wire::NotifyType::rekey_sa) != nullptr; }

bool proposes_ike_sa(const wire::Payloads& payloads) {
    return payloads.sa && !payloads.sa->proposals.empty() &&
           payloads.sa->proposals.front().protocol == policy::ProtocolId::ike;
}

Event create_child_event(const wire::Payloads& payloads) {
    if (has_rekey_notify(payloads)) return Event::rekey_child_request;
    return proposes_ike_sa(payloads) ? Event::rekey_ike_request : Event::create_child_request;
}

std::optional<Event> event_of(const wire::Header& header, const wire::Payloads& payloads) {
    switch (header.exchange) {
        case wire::ExchangeType::ike_intermediate:
            return header.is_response ? Event::ike_intermediate_response : Event::ike_intermediate_request;
        case wire::ExchangeType::ike_auth:
            return header.is_response ? Event::ike_auth_response : Event::ike_auth_request;
        case wire::ExchangeType::create_child_sa:
            return header.is_response ? Event::create_child_response : create_child_event(payloads);
        case wire::ExchangeType::ike_followup_ke:
            return header.is_response ? Event::follow_up_response : Event::follow_up_request;
        case wire::ExchangeType::informational:
            return header.is_response ? Event::informational_response : Event::informational_request;
        default:
            return std::nullopt;
    }
}

base::Error unexpected(const wire::Header& header, PhaseId phase) {
    const bool is_initial =
        header.exchange == wire::ExchangeType::ike_auth || header.exchange == wire::ExchangeType::ike_intermediate;
    return {phase < PhaseId::established && !is_initial ? Reason::NotAuthenticated : Reason::ExchangeTypeUnexpected,
            std::string(to_string(header.exchange)) + " while " + std::string(to_string(phase)),
            {}};
}

ike::OperationId operation_of(const Task& task) {
    return std::visit(
        [](const auto& one) {
            if constexpr (requires { one.operation; }) return one.operation;
            return ike::OperationId::none;
        },
        task);
}

}  // namespace

Keyed* IkeSa::keyed() {
    if (auto* established = std::get_if<Established>(&phase_)) return &established->keyed;
    if (auto* half_open = std::get_if<HalfOpen>(&phase_)) return &half_open->keyed;
    if (auto* awaited = std::get_if<IntermediateAwaited>(&phase_)) return &awaited->keyed;
    if (auto* requested = std::get_if<IntermediateRequested>(&phase_)) return &requested->keyed;
    if (auto* auth = std::get_if<AuthRequested>(&phase_)) return &auth->keyed;
    if (auto* deleting = std::get_if<Deleting>(&phase_)) return &deleting->keyed;
    if (auto* withdrawing = std::get_if<Withdrawing>(&phase_)) return &withdrawing->keyed;
    return nullptr;
}

bool IkeSa::has_passed_round() const {
    const auto* half_open = std::get_if<HalfOpen>(&phase_);
    return half_open != nullptr && half_open->passed;
}

// RFC 9242 3.3.1: IKE_INTERMEDIATE comes under the keys from before it. What waits has come after that.
crypto::SkCipher& IkeSa::opener_of_last_request() {
    if (is_waiting()) return keyed()->inbound;
    auto* awaited = std::get_if<IntermediateAwaited>(&phase_);
    if (awaited != nullptr && awaited->previous) return *awaited->previous;
    auto* half_open = std::get_if<HalfOpen>(&phase_);
    if (half_open != nullptr && half_open->previous) return *half_open->previous;
    return keyed()->inbound;
}

base::Result<void> IkeSa::dispatch(Event event, const Stimulus& stimulus, Surroundings& around) {
    const Transition* row = find_transition(phase_id(), event);
    if (row == nullptr) return base::fail(Reason::ExchangeTypeUnexpected, std::string(to_string(event)));
    Step current = step(around);
    const std::size_t given = around.actions.size();
    const std::size_t successions = around.successions.size();
    Next next = row->handler(current, stimulus);
    if (!next) {
        around.actions.erase(around.actions.begin() + static_cast<std::ptrdiff_t>(given), around.actions.end());
        around.successions.erase(around.successions.begin() + static_cast<std::ptrdiff_t>(successions),
                                 around.successions.end());
        return tl::unexpected(std::move(next.error()));
    }
    if (!*next) return {};
    if (!row->to.has(id_of(**next))) return base::fail(Reason::InternalInconsistency, std::string(row->story));
    if (auto* closed = std::get_if<Closed>(&**next)) {
        close(std::move(closed->why), around);
    } else {
        phase_ = std::move(**next);
    }
    return {};
}

base::Result<void> IkeSa::work_on(Event event, Message message, Surroundings& around) {
    auto handled = dispatch(event, &message, around);
    if (handled || !base::is_to_wait(handled.error().reason)) return handled;
    message.bytes = {};  // borrowed; what waits is no first message
    waiting_ = std::make_unique<Waiting>(event, std::move(message));
    return {};
}

// What has been waited for counts as asked: a message does not wait for the same answer twice.
void IkeSa::note_waiting(base::Instant now) {
    if (!is_waiting() && phase_id() != PhaseId::proving) {
        sa_.waits_since = base::kNever;
    } else if (sa_.waits_since == base::kNever) {
        sa_.waits_since = now;
    }
}

void IkeSa::on_answer(Surroundings around) {
    if (phase_id() == PhaseId::proving) {
        if (const auto sent = dispatch(Event::own_signature, {}, around); !sent) close(sent.error(), around);
        return note_waiting(around.now);
    }
    if (!is_waiting()) return;
    const auto waiting = std::move(waiting_);
    const wire::Header header = waiting->message.header;
    const auto handled = work_on(waiting->event, std::move(waiting->message), around);
    if (!handled) resolve_error(header, handled.error(), around);
    note_waiting(around.now);
    start_waiting_tasks(around);
}

// An authenticated peer whose answer makes no sense has another state than we have (RFC 7296 2.21.3).
void IkeSa::resolve_error(const wire::Header& header, const base::Error& error, Surroundings& around) {
    header.is_response ? close_now(error, around) : resolve_request_error(header, error, around);
}

void IkeSa::initiate(Surroundings around) {
    if (const auto started = dispatch(Event::initiate, {}, around); !started) close(started.error(), around);
}

base::Result<void> IkeSa::answer_first(const Message& request, Surroundings around) {
    sa_.window.accept(request.header.message_id, request.bytes);
    const bool resumes = request.header.exchange == wire::ExchangeType::ike_session_resume;
    return dispatch(resumes ? Event::session_resume_request : Event::ike_sa_init_request, &request, around);
}

void IkeSa::on_message(const wire::Received& received, base::ByteView bytes, const base::Endpoint& local,
                       const base::Endpoint& remote, Surroundings around) {
    if (received.header.from_original_initiator == sa_.original_initiator) {
        return drop({Reason::FlagsInconsistent, {}, {}}, around);
    }
    if (wire::is_first_exchange(received.header.exchange)) return on_init_response(received, bytes, around);
    if (!received.encrypted) return on_unprotected(received, around);
    if (keyed() == nullptr) return drop(unexpected(received.header, phase_id()), around);
    if (received.header.is_response) {
        on_response(received, bytes, around);
    } else {
        on_request(received, bytes, {local, remote}, around);
    }
    note_waiting(around.now);
    start_waiting_tasks(around);
}

// RFC 7296 2.21.4: what anybody may have sent says nothing, but for the peer's own token: it has lost the IKE SA, and
// nobody is told of its end (RFC 6290 4.5).
void IkeSa::on_unprotected(const wire::Received& received, Surroundings& around) {
    const auto proven = exchange::check_crash_token(sa_, received.clear);
    if (proven) return close({Reason::PeerCrashed, {}, {}}, around);
    if (proven.error().reason == Reason::CrashTokenWrong) return drop(proven.error(), around);
    drop(unexpected(received.header, phase_id()), around);
}

// Unauthenticated: whatever is wrong with it, the real answer may still come (RFC 7296 2.21.1).
void IkeSa::on_init_response(const wire::Received& received, base::ByteView bytes, Surroundings& around) {
    const wire::Header& header = received.header;
    if (!header.is_response || phase_id() != PhaseId::init_requested || header.message_id != wire::MessageId{0}) {
        return drop({Reason::ResponseUnexpected, {}, {}}, around);
    }
    const auto handled = check_grammar(header, received.clear).and_then([&](wire::Shape shape) {
        const Message message{header, shape, received.clear, bytes};
        const bool resumes = header.exchange == wire::ExchangeType::ike_session_resume;
        return dispatch(resumes ? Event::session_resume_response : Event::ike_sa_init_response, &message, around);
    });
    if (handled) return note_waiting(around.now);
    if (handled.error().reason == Reason::ResponseUnexpected) return drop(handled.error(), around);
    if (auto* waiting = std::get_if<InitRequested>(&phase_)) waiting->refusal = handled.error();
    step(around).report(ike::Level::warning, handled.error().sentence() + "; waiting for a better answer",
                        handled.error().reason);
}

void IkeSa::on_request(const wire::Received& received, base::ByteView bytes, const Path& arrival,
                       Surroundings& around) {
    const wire::Header& header = received.header;
    if (on_id_sync(received, bytes, arrival, around)) return;
    const RequestKind kind = sa_.window.classify(header.message_id, bytes, received.encrypted->fragment);
    if (kind == RequestKind::outside) return drop({Reason::MessageIdUnexpected, {}, {}}, around);
    if (kind != RequestKind::fresh) return answer_repetition(received, arrival, around);
    const auto inner = exchange::unprotect(step(around), *keyed(), received);
    if (!inner) return drop(inner.error(), around);
    if (!*inner) return;  // RFC 7383 2.6: other fragments are to come
    auto payloads = wire::decode_inner((*inner)->first, (*inner)->bytes);
    if (!payloads && base::disposition(payloads.error().reason) == Disposition::drop)
        return drop(payloads.error(), around);
    const auto event = event_of(header, payloads ? *payloads : wire::Payloads());
    if (!event || find_transition(phase_id(), *event) == nullptr) return drop(unexpected(header, phase_id()), around);
    if (payloads && sa_.is_rival && !exchange::deletes_ike_sa(*payloads)) {
        // RFC 7296 2.8.2: the peer has settled it, and we shall when our own request is answered. Then we know the
        // children that it means, and it will have sent this again.
        return drop({Reason::TemporaryFailure, "another IKE SA may take its place", {}}, around);
    }
    sa_.window.accept(header.message_id, bytes);
    sa_.reply = arrival;
    sa_.last_inbound = around.now;  // a repetition may be a replay and proves nothing (RFC 7296 2.4)
    follow_peer(arrival, around);
    use_proven_children(around);
    if (!payloads) return resolve_request_error(header, payloads.error(), around);
    const auto handled = check_grammar(header, *payloads).and_then([&](wire::Shape shape) {
        return work_on(*event, {header, shape, std::move(*payloads), bytes, exchange::covered_by_auth(header, **inner)},
                       around);
    });
    if (!handled) resolve_error(header, handled.error(), around);
}

// RFC 7296 2.1: the same response again, bit by bit, to a request that is the peer's for sure. While the first one is
// worked on there is none yet.
void IkeSa::answer_repetition(const wire::Received& received, const Path& arrival, Surroundings& around) {
    const auto authentic = exchange::check_authentic(opener_of_last_request(), *received.encrypted);
    if (!authentic) return drop(authentic.error(), around);
    step(around).send_on(arrival, sa_.window.cached_response());
}

void IkeSa::on_response(const wire::Received& received, base::ByteView bytes, Surroundings& around) {
    const wire::Header& header = received.header;
    if (is_waiting() || !sa_.window.is_awaited(header.message_id)) {
        return drop({Reason::ResponseUnexpected, {}, {}}, around);
    }
    const auto inner = exchange::unprotect(step(around), *keyed(), received);
    if (!inner) return drop(inner.error(), around);
    if (!*inner) return;
    auto payloads = wire::decode_inner((*inner)->first, (*inner)->bytes);
    if (!payloads && base::disposition(payloads.error().reason) == Disposition::drop)
        return drop(payloads.error(), around);
    sa_.last_inbound = around.now;
    sa_.mobility.sought = 0;
    if (!payloads) return close_now(payloads.error(), around);

    const auto event = event_of(header, *payloads);
    if (!event || find_transition(phase_id(), *event) == nullptr) return drop(unexpected(header, phase_id()), around);
    const auto handled = check_grammar(header, *payloads).and_then([&](wire::Shape shape) {
        return work_on(*event, {header, shape, std::move(*payloads), bytes, exchange::covered_by_auth(header, **inner)},
                       around);
    });
    if (!handled) resolve_error(header, handled.error(), around);
}

// RFC 7296 2.21: every request with an error is answered; some errors end the IKE SA.
void IkeSa::resolve_request_error(const wire::Header& header, const base::Error& error, Surroundings& around) {
    Step current = step(around);
    const base::ReasonTraits& traits = base::traits(error.reason);
    exchange::send_response(current, *keyed(), header.exchange, {exchange::notify(error)});
    const bool fatal = traits.notify == static_cast<std::uint16_t>(wire::NotifyType::invalid_syntax);
    const bool authenticated = phase_id() == PhaseId::established || phase_id() == PhaseId::deleting;
    // RFC 7296 2.21.2, 2.21.3: INVALID_SYNTAX is fatal for both; before authentication any error is.
    if (traits.disposition == Disposition::delete_ike_sa || fatal || !authenticated) return close(error, around);
    // RFC 7296 2.25: what crosses is put off, and nothing is wrong.
    const ike::Level level = error.reason == Reason::TemporaryFailure ? ike::Level::info : ike::Level::warning;
    current.report(level, std::string(to_string(header.exchange)) + " request refused: " + error.sentence(),
                   error.reason);
}

void IkeSa::on_child_installed(const ike::ChildInstalled& answer, Surroundings around) {
    if (phase_id() != PhaseId::established) return;
    if (const auto handled = dispatch(Event::child_installed, &answer, around); !handled)
        close_now(handled.error(), around);
    start_waiting_tasks(around);
}

void IkeSa::add_task(Task task, Surroundings around) {
    if (std::holds_alternative<DeleteIkeTask>(task)) {
        exchange::drop_tickets(around.tickets, sa_);
        sa_.tasks.push_front(std::move(task));  // what else waits has become pointless
    } else if (has_room(around.options)) {
        sa_.tasks.push_back(std::move(task));
    } else {
        return step(around).done(operation_of(task), {},
                                 base::fail(Reason::TableFull, "too many tasks wait in this IKE SA"));
    }
    start_waiting_tasks(around);
}

void IkeSa::delete_child(ike::ChildSaId child, ike::OperationId operation, bool force, Surroundings around) {
    Step current = step(around);
    auto* established = std::get_if<Established>(&phase_);
    const ChildSa* found = established == nullptr ? nullptr : exchange::find_child(*established, child);
    if (found == nullptr) return current.done(operation, child, {});
    DeleteChildTask task{found->inbound(), child, operation};
    // What the kernel still works on cannot be taken from it.
    if (force && found->state != ChildState::installing && has_room(around.options)) {
        exchange::remove_child(current, *established, child, {Reason::OperatorRequest, {}, {}});
        current.done(operation, child, {});
        task = {task.spi_in, ike::ChildSaId::none, ike::OperationId::none};
    }
    add_task(task, around);
}

bool IkeSa::is_ready() const {
    const auto* phase = established();
    return phase != nullptr && !sa_.is_rival && sa_.window.idle() && !exchange::waits_for_kernel(*phase);
}

void IkeSa::start_waiting_tasks(Surroundings around) {
    if (phase_id() == PhaseId::established && sa_.window.exhausted()) {
        return close_now({Reason::InternalInconsistency, "message ids are used up", {}}, around);
    }
    // An IKE SA that is being succeeded begins nothing: its tasks are the heir's.
    while (around.successions.empty() && is_ready() && !sa_.tasks.empty()) {
        if (const auto started = dispatch(Event::task_ready, {}, around); !started)
            return close_now(started.error(), around);
    }
}

void IkeSa::drop(const base::Error& error, Surroundings& around) {
    step(around).report(ike::Level::debug, "message dropped: " + error.sentence(), error.reason);
}

}  // namespace xfrmd::ikev2::sa
