#include <utility>

#include "ike/ikev2/exchange/first_exchange.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/session_resume.h"
#include "ike/ikev2/exchange/ticketing.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

// The one that it was given for, if it is still there and for these addresses.
base::Result<const policy::Connection*> connection_of(const sa::Sa& sa, const sa::Ticket& ticket) {
    for (const policy::Connection* connection :
         sa.configuration->candidates(sa.local.address, sa.remote.address, ticket.session.remote_id)) {
        if (connection->name != ticket.connection) continue;
        if (const auto fits = check_session(sa, *connection, ticket.session); !fits)
            return tl::unexpected(fits.error());
        return connection;
    }
    return base::fail(Reason::TicketOutdated, "no connection " + ticket.connection + " for " +
                                                  sa.local.address.to_string() + " with " + sa.remote.to_string());
}

base::Result<sa::Ticket> ticket_in(const sa::Step& step, const wire::Payloads& request) {
    const auto* ticket = request.find(wire::NotifyType::ticket_opaque);
    if (ticket == nullptr) return base::fail(Reason::PayloadMissing, "TICKET_OPAQUE");
    return step.tickets.given.open(ticket->data, step.now);
}

// HDR, Nr, N+
base::Bytes make_response(const sa::Step& step, const base::Bytes& nonce) {
    std::vector<wire::Payload> payloads{wire::Nonce{nonce}};
    append_announcements(step, payloads);
    return wire::encode(response_header(step.sa, wire::ExchangeType::ike_session_resume, wire::MessageId{0}), payloads);
}

base::Error refused(const base::Error& why) { return {Reason::AuthenticationFailed, why.sentence(), {}}; }

}  // namespace

sa::Next on_session_resume_request(sa::Step& step, sa::Created&, const sa::Message& request) {
    const wire::Payloads& payloads = request.payloads;
    auto ticket = ticket_in(step, payloads);
    if (!ticket) return tl::unexpected(ticket.error());
    const auto connection = connection_of(step.sa, *ticket);
    if (!connection) return tl::unexpected(connection.error());
    const auto suite = crypto::IkeSuite::of(ticket->session.proposal);
    if (!suite) return base::fail(Reason::TicketOutdated, suite.error().sentence());

    sa::Sa& sa = step.sa;
    sa.connection = *connection;
    take_request(sa, payloads);
    base::Bytes nonce = step.random.bytes(kNonceSize);
    base::Bytes response = make_response(step, nonce);
    sa::Keyed keyed = derive_resumed(ticket->session, sa, *suite, payloads.nonce->data, nonce);
    send_first_response(step, response);
    step.report(ike::Level::debug, "answered IKE_SESSION_RESUME of " + sa.remote.to_string());
    sa::Transcript transcript{std::move(response), base::to_bytes(request.bytes), std::move(nonce),
                              payloads.nonce->data};
    return sa::Phase(
        sa::HalfOpen{std::move(keyed), std::move(transcript), std::make_unique<sa::Ticket>(*std::move(ticket))});
}

// RFC 5723 4.3.3: identities are those of the ticket, byte for byte. It may have been used, and the configuration may
// have changed, since it was shown.
base::Result<Resumer> authenticate_resumed(const sa::Step& step, const sa::HalfOpen& phase,
                                           const wire::Payloads& request) {
    const sa::Ticket& ticket = *phase.ticket;
    if (request.id_i->identity != ticket.session.remote_id ||
        (request.id_r && request.id_r->identity != ticket.session.local_id)) {
        return base::fail(Reason::AuthenticationFailed, "the ticket is " + ticket.session.remote_id.to_string() +
                                                            "'s, not " + request.id_i->identity.to_string() + "'s");
    }
    const auto verified = verify_resumed_auth(phase.keyed, phase.transcript, *request.id_i, *request.auth);
    if (!verified) return tl::unexpected(verified.error());
    if (step.tickets.given.is_revoked(ticket.number)) return tl::unexpected(refused({Reason::TicketSpent, {}, {}}));
    const auto connection = connection_of(step.sa, ticket);
    if (!connection) return tl::unexpected(refused(connection.error()));
    return Resumer{*connection, *verified};
}

}  // namespace xfrmd::ikev2::exchange
