#include <utility>

#include "ike/ikev2/exchange/childless.h"
#include "ike/ikev2/exchange/first_exchange.h"
#include "ike/ikev2/exchange/ike_auth.h"
#include "ike/ikev2/exchange/ike_sa_init.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/session_resume.h"
#include "ike/ikev2/exchange/ticketing.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

// RFC 5723 4.3.2: a refusal is anybody's word, and costs no more than the ticket.
sa::Next fall_back(sa::Step& step, sa::InitRequested& phase) {
    auto key_exchange = first_key_exchange(step);
    if (!key_exchange) return tl::unexpected(key_exchange.error());
    phase.ticket.reset();
    phase.cookie.clear();
    phase.key_exchange = std::move(*key_exchange);
    phase.nonce = step.random.bytes(kNonceSize);
    step.report(ike::Level::info, "peer does not take our ticket: beginning anew");
    return start_over(step, phase, "IKE_SA_INIT in place of IKE_SESSION_RESUME");
}

}  // namespace

std::unique_ptr<sa::HeldTicket> ticket_for(sa::Step& step) {
    const sa::Sa& sa = step.sa;
    // Who authenticates again resumes nothing, and another gateway has not given it.
    if (sa.repeats.of != ike::IkeSaId::none || sa.redirection.from) return nullptr;
    auto ticket = step.tickets.held.take(sa.connection->name, sa.remote.address, step.now);
    return ticket && check_session(sa, *sa.connection, ticket->session) ? std::move(ticket) : nullptr;
}

sa::Next on_session_resume_response(sa::Step& step, sa::InitRequested& phase, const sa::Message& response) {
    const wire::Payloads& payloads = response.payloads;
    if (!phase.ticket) return base::fail(Reason::ResponseUnexpected, "the ticket was given up");
    if (auto detour = heed_detour(step, phase, payloads, payloads.nonce.has_value())) return *std::move(detour);
    const bool refuses = payloads.error() != nullptr || payloads.find(wire::NotifyType::ticket_nack) != nullptr;
    if (refuses || response.shape != wire::Shape::resumption) return fall_back(step, phase);
    if (response.header.spi_r == wire::IkeSpi::none) return base::fail(Reason::SpiInvalid);
    const auto suite = crypto::IkeSuite::of(phase.ticket->session.proposal);
    if (!suite) return tl::unexpected(suite.error());
    if (const auto nonce = check_nonce(*payloads.nonce, phase.nonce); !nonce) return tl::unexpected(nonce.error());
    const auto childless = goes_childless(*step.sa.connection, payloads);
    if (!childless) return tl::unexpected(childless.error());

    take_answer(step, response);
    auto session = std::make_unique<sa::Session>(std::move(phase.ticket->session));
    sa::Keyed keyed = derive_resumed(*session, step.sa, *suite, phase.nonce, payloads.nonce->data);
    sa::Transcript transcript{std::move(phase.request), base::to_bytes(response.bytes), std::move(phase.nonce),
                              payloads.nonce->data};
    return start_ike_auth(step, std::move(keyed), std::move(transcript), *childless, std::move(session));
}

}  // namespace xfrmd::ikev2::exchange
