#include "ike/ikev2/exchange/ticketing.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ike/base/reader.h"
#include "ike/base/writer.h"
#include "ike/crypto/credentials.h"
#include "ike/crypto/key_schedule.h"
#include "ike/ikev2/exchange/authentication.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using wire::NotifyType;

// What is asked of the peer, beside a secret.
base::Bytes demands_of(const policy::Connection& connection, const crypto::Credentials* credentials) {
    const policy::AuthRound& round = connection.remote;
    base::Writer writer;
    writer.u8(static_cast<std::uint8_t>(round.auth)).u8(static_cast<std::uint8_t>(round.revocation));
    writer.u64(round.requirements.least_rsa_bits).u64(round.requirements.least_ecdsa_bits);
    for (const auto* schemes : {&round.requirements.auth, &round.requirements.certificates}) {
        writer.u64(schemes->size());
        for (const policy::SignatureScheme& scheme : *schemes) writer.bytes(base::as_bytes(scheme.to_string()));
    }
    writer.u64(round.requirements.keys.size());
    for (const policy::KeyType key : round.requirements.keys) writer.u8(static_cast<std::uint8_t>(key));
    for (const auto* prints : {&round.certificates, &round.public_keys, &round.authorities}) {
        writer.u64(prints->size());
        for (const policy::Fingerprint& print : *prints) writer.bytes(print);
    }
    writer.u64(round.policies.size());
    for (const std::string& policy : round.policies) writer.u64(policy.size()).bytes(base::as_bytes(policy));
    if (round.authority_id) writer.bytes(base::as_bytes(round.authority_id->to_string()));
    if (credentials != nullptr) writer.bytes(credentials->trust(round).digest()).bytes(credentials->lists_digest());
    return writer.take();
}

// Of the secret, and of what else is asked. Nothing where there is no secret any more.
std::optional<base::Bytes> credential_of(const sa::Sa& sa, const policy::Connection& connection,
                                         const policy::Identity& local, const policy::Identity& remote,
                                         const base::SecretBytes& sk_d) {
    constexpr auto kPsk = policy::AuthMethod::psk;
    const bool has_secret = connection.local.auth == kPsk || connection.remote.auth == kPsk;
    const auto* secret = has_secret ? sa.configuration->shared_secret(local, remote) : nullptr;
    if (has_secret && secret == nullptr) return std::nullopt;
    return crypto::keyed_hash(sk_d, {has_secret ? secret->secret.view() : base::ByteView(),
                                     demands_of(connection, sa.configuration->credentials())});
}

std::optional<sa::Session> session_of(const sa::Sa& sa, const sa::Established& phase) {
    auto credential = credential_of(sa, *sa.connection, phase.local_id, phase.remote_id, phase.keyed.sk_d);
    // A ticket is one identity's (RFC 5723 5).
    const bool may = sa.connection->session_resumption && !sa.connection->has_several_rounds();
    if (!may || !credential) return std::nullopt;
    return sa::Session{phase.local_id,           phase.remote_id,        phase.keyed.proposal,
                       phase.keyed.sk_d.clone(), *std::move(credential), phase.proof};
}

// RFC 5723 6.2: no longer than the IKE SA and its authentication.
base::Duration lifetime_of(const sa::Step& step, const sa::Established& phase) {
    const base::Instant end = std::min(phase.over_at, phase.proof.over_at);
    const base::Duration longest = step.tickets.given.longest_life();
    return end == base::kNever ? longest : std::min(longest, end - step.now);
}

// 7.1: seconds, and the ticket.
wire::Payload give_ticket(sa::Step& step, sa::Session session, std::chrono::seconds lifetime) {
    const sa::Sa& sa = step.sa;
    auto sealed = step.tickets.given.seal(
        {sa.ticket, sa.own_spi(), step.now + lifetime, sa.connection->name, std::move(session)}, step.now, step.random);
    step.sa.ticket = sealed.number;
    return notify(NotifyType::ticket_lt_opaque,
                  base::Writer().u32(static_cast<std::uint32_t>(lifetime.count())).bytes(sealed.bytes).take());
}

}  // namespace

void append_ticket_request(const sa::Step& step, std::vector<wire::Payload>& payloads) {
    if (step.sa.connection->session_resumption) payloads.emplace_back(notify(NotifyType::ticket_request));
}

void send_ticket_request(sa::Step& step, sa::Established& phase) {
    send_request(step, phase.keyed, wire::ExchangeType::informational, {notify(NotifyType::ticket_request)});
    phase.exchange = sa::AskingForTicket{};
}

void take_ticket(sa::Step& step, const sa::Established& phase, const wire::Payloads& answer) {
    const auto* given = answer.find(NotifyType::ticket_lt_opaque);
    auto session = given == nullptr ? std::nullopt : session_of(step.sa, phase);
    if (!session) return;
    base::Reader reader(given->data);
    const auto lifetime = std::chrono::seconds(reader.u32());
    const base::ByteView ticket = reader.remaining();
    if (!reader.ok() || ticket.empty()) return;
    const base::Instant expires_at = std::min(step.now + lifetime, phase.proof.over_at);
    step.report(ike::Level::debug, "peer has given a ticket for " + std::to_string(lifetime.count()) + " s");
    step.tickets.held.keep(
        step.sa.connection->name,
        {base::to_bytes(ticket), step.sa.remote.address, step.sa.own_spi(), expires_at, *std::move(session)}, step.now);
}

bool drop_tickets(sa::Tickets& tickets, const sa::Sa& sa) {
    tickets.given.revoke(sa.ticket);
    return tickets.held.forget(sa.connection_name(), sa.own_spi());
}

void answer_ticket_request(sa::Step& step, const sa::Established& phase, const wire::Payloads& request,
                           std::vector<wire::Payload>& answer) {
    if (request.find(NotifyType::ticket_request) == nullptr) return;
    const auto lifetime = std::chrono::floor<std::chrono::seconds>(lifetime_of(step, phase));
    auto session = session_of(step.sa, phase);
    // Only the client is to come back; and not to what is going.
    const bool stays = !phase.is_succeeded && !phase.is_outdone && !phase.is_redirected;
    const bool may = session && stays && !step.sa.origin.is_ours && lifetime.count() > 0;
    answer.push_back(may ? give_ticket(step, *std::move(session), lifetime) : notify(NotifyType::ticket_nack));
}

base::Result<void> check_session(const sa::Sa& sa, const policy::Connection& connection, const sa::Session& session) {
    const auto fail = [](std::string why) { return base::fail(Reason::TicketOutdated, std::move(why)); };
    if (!connection.session_resumption) return fail(connection.name + " resumes nothing");
    // RFC 8784 3: none is mixed in when resuming, and what it resumes may have been without one.
    if (connection.ppk_required) return fail(connection.name + " wants a post-quantum pre-shared key each time");
    if (connection.has_several_rounds()) return fail(connection.name + " has several rounds of authentication");
    if (own_identity(connection.local, sa.local.address) != session.local_id ||
        match(connection.remote.id, session.remote_id) == 0) {
        return fail(connection.name + " is not for " + session.local_id.to_string() + " - " +
                    session.remote_id.to_string());
    }
    if (!allows(connection.proposals, session.proposal)) return fail(session.proposal.to_string());
    const auto credential = credential_of(sa, connection, session.local_id, session.remote_id, session.sk_d);
    if (credential && base::SecretBytes::equal_constant_time(*credential, session.credential)) return {};
    return fail("what is asked of " + session.remote_id.to_string() + ", a secret or more, has changed");
}

void inherit_proof(sa::Established& phase, const sa::Session& session) {
    phase.proof.repeat_at = std::min(phase.proof.repeat_at, session.proof.repeat_at);
    phase.proof.over_at = std::min(phase.proof.over_at, session.proof.over_at);
}

}  // namespace xfrmd::ikev2::exchange
