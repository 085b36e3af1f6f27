#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "ike/base/writer.h"
#include "ike/ikev2/exchange/authentication.h"
#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/childless.h"
#include "ike/ikev2/exchange/crash_detection.h"
#include "ike/ikev2/exchange/id_sync.h"
#include "ike/ikev2/exchange/ike_auth.h"
#include "ike/ikev2/exchange/mobility.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/per_resource.h"
#include "ike/ikev2/exchange/ppk.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/rekey_time.h"
#include "ike/ikev2/exchange/resumed_auth.h"
#include "ike/ikev2/exchange/session_resume.h"
#include "ike/ikev2/exchange/ticketing.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

// How well a connection fits: the peer's identity must match, ours as well where the peer names it (RFC 7296 1.2). One
// that wants such an AUTH as the peer has sent goes before all others.
int fit(const policy::Connection& connection, const sa::Sa& sa, const wire::Payloads& request) {
    constexpr int kRightMethod = 16;
    const int remote = match(connection.remote.id, request.id_i->identity);
    if (remote == 0) return 0;
    const int local = request.id_r ? match(own_identity(connection, sa.local.address), request.id_r->identity) : 0;
    if (request.id_r && local == 0) return 0;
    const bool is_right = request.auth && is_method_of(connection.remote, request.auth->method);
    return (is_right ? kRightMethod : 0) + remote * 4 + local;
}

constexpr std::size_t kMostTried = 8;  // connections for one IKE_AUTH

// Only now is it known which connection this is: of those that the addresses and the chosen proposal allow, the one
// that fits best. The next ones may want another key of a peer with such an identity.
std::vector<const policy::Connection*> fitting_connections(const sa::Sa& sa, const sa::Keyed& keyed,
                                                           const wire::Payloads& request) {
    std::vector<std::pair<int, const policy::Connection*>> fitting;
    for (const policy::Connection* connection :
         sa.configuration->candidates(sa.local.address, sa.remote.address, request.id_i->identity)) {
        const int how = fit(*connection, sa, request);
        if (how > 0 && allows(connection->proposals, keyed.proposal)) fitting.emplace_back(how, connection);
    }
    std::ranges::stable_sort(fitting, std::ranges::greater(), &std::pair<int, const policy::Connection*>::first);
    std::vector<const policy::Connection*> connections;
    for (const auto& [how, connection] : fitting) {
        if (connections.size() < kMostTried) connections.push_back(connection);
    }
    return connections;
}

tl::unexpected<base::Error> no_connection(const sa::Sa& sa, const wire::Payloads& request) {
    const std::string wanted = request.id_r ? request.id_r->identity.to_string() : "anybody";
    return base::fail(Reason::NoPeerConfiguration, "peer " + request.id_i->identity.to_string() + " at " +
                                                       sa.remote.to_string() + " asks for " + wanted);
}

// RFC 7296 2.16: no AUTH means that the peer wants EAP.
base::Result<void> check_shape(const sa::Message& request) {
    if (request.shape == wire::Shape::authentication || request.shape == wire::Shape::childless) return {};
    if (request.shape == wire::Shape::eap_start) {
        return base::fail(Reason::AuthenticationMethodUnacceptable, "peer wants EAP, which is not there yet");
    }
    return base::fail(Reason::PayloadMissing, "IKE_AUTH without IDi or AUTH");
}

struct Proven {
    const policy::Connection* connection;
    policy::Identity local_id;
    OwnProof proof;
    bool has_ppk = false;
};

// With the keys as they are.
base::Result<OwnProof> exchange_proofs(sa::Step& step, const sa::HalfOpen& phase, const Parties& parties,
                                       const wire::Authentication& auth, const wire::Payloads& request) {
    const auto verified =
        verify_auth(step, phase.keyed, phase.transcript, parties, {*request.id_i, auth, request.certificates});
    if (!verified) return tl::unexpected(verified.error());
    return make_auth(step, phase.keyed, phase.transcript, parties, request.certificate_requests);
}

base::Result<Proven> authenticate_for(sa::Step& step, sa::HalfOpen& phase, const wire::Payloads& request,
                                      const policy::Connection& connection) {
    Parties parties{connection, own_identity(connection, step.sa.local.address), request.id_i->identity};
    auto ppk = choose_ppk(connection, step.sa, phase, request);
    if (!ppk) return tl::unexpected(ppk.error());
    if (ppk->mixed) ppk->mixed->swap(phase.keyed);
    auto proof = exchange_proofs(step, phase, parties, ppk->auth, request);
    if (proof) return Proven{&connection, std::move(parties.local), std::move(*proof), ppk->mixed.has_value()};
    if (ppk->mixed) ppk->mixed->swap(phase.keyed);
    return tl::unexpected(proof.error());
}

// The first one's complaint is told, as it is the one that was most likely meant.
base::Result<Proven> authenticate_by_key(sa::Step& step, sa::HalfOpen& phase, const wire::Payloads& request) {
    const auto connections = fitting_connections(step.sa, phase.keyed, request);
    if (connections.empty()) return no_connection(step.sa, request);
    auto proven = authenticate_for(step, phase, request, *connections.front());
    for (std::size_t next = 1; next < connections.size() && !proven && !base::is_to_wait(proven.error().reason);
         ++next) {
        auto other = authenticate_for(step, phase, request, *connections[next]);
        if (other || base::is_to_wait(other.error().reason)) proven = std::move(other);
    }
    return proven;
}

base::Result<Proven> authenticate_by_ticket(const sa::Step& step, const sa::HalfOpen& phase,
                                            const wire::Payloads& request) {
    const auto resumer = authenticate_resumed(step, phase, request);
    if (!resumer) return tl::unexpected(resumer.error());
    const policy::Identity& local = phase.ticket->session.local_id;
    return Proven{
        resumer->connection, local, {{}, make_resumed_auth(phase.keyed, phase.transcript, local, resumer->octets)}};
}

base::Result<Proven> authenticate(sa::Step& step, sa::HalfOpen& phase, const sa::Message& message) {
    if (const auto shape = check_shape(message); !shape) return tl::unexpected(shape.error());
    const wire::Payloads& request = message.payloads;
    auto proven =
        phase.ticket ? authenticate_by_ticket(step, phase, request) : authenticate_by_key(step, phase, request);
    if (!proven) return proven;
    if (const auto wanted = match_childless(*proven->connection, message.shape); !wanted)
        return tl::unexpected(wanted.error());
    return proven;
}

// RFC 5723 4.3.1, 4.3.4: the ticket is used now, and the engine ends the IKE SA that it was of.
void use_up(sa::Step& step, sa::Established& established, const sa::Ticket& ticket) {
    inherit_proof(established, ticket.session);
    step.tickets.given.revoke(ticket.number);
    step.sa.resumes = ticket.spi;
}

// RFC 4478 3. What is left of it, where the IKE SA is resumed.
void append_lifetime(const sa::Step& step, const sa::Proof& proof, std::vector<wire::Payload>& payloads) {
    if (proof.over_at == base::kNever) return;
    const base::Duration left = proof.over_at - step.now - step.sa.connection->over_time;
    const auto lasts = std::max<std::int64_t>(1, std::chrono::floor<std::chrono::seconds>(left).count());
    payloads.emplace_back(
        notify(wire::NotifyType::auth_lifetime, base::Writer().u32(static_cast<std::uint32_t>(lasts)).take()));
}

// SK {IDr, [CERT+], AUTH, [SAr2, TSi, TSr]}: the child's part, or why there is none, follows (RFC 7296 1.2, 2.21.2).
void answer_child(sa::Step& step, sa::Established& established, std::vector<wire::Payload> payloads,
                  const wire::Payloads& request, const sa::Transcript& transcript) {
    auto accepted = accept_child(step, request, true);
    if (!accepted) {
        step.report(ike::Level::warning, "no child SA: " + accepted.error().sentence(), accepted.error().reason,
                    {ike::Turn::child_failed});
        payloads.emplace_back(notify(accepted.error()));
        return send_response(step, established.keyed, wire::ExchangeType::ike_auth, payloads);
    }
    static_cast<void>(place_in_group(step, established, request, *accepted));  // it is the first one
    sa::PendingResponse pending{{}, wire::ExchangeType::ike_auth, payloads, std::move(payloads)};
    append_child_answer(*accepted, {}, pending.payloads);
    defer_to_twin(step, established, accepted->child);
    pending.child = install_child(step, established, std::move(accepted->child),
                                  {transcript.remote_nonce, transcript.local_nonce, nullptr, false});
    established.pending = std::move(pending);
}

// A peer that has been restarted says so, and one at the same address may be authenticating again.
base::Result<void> check_unique(const sa::Step& step, const Proven& proven, const wire::Payloads& request) {
    const bool matters =
        proven.connection->unique == policy::Unique::keep && request.find(wire::NotifyType::initial_contact) == nullptr;
    const policy::Identity& remote_id = request.id_i->identity;
    if (!matters || !step.spis.has_elsewhere(proven.local_id, remote_id, step.sa.remote.address)) return {};
    return base::fail(Reason::NotUnique, "`unique = keep`: peer " + remote_id.to_string() + " is refused at " +
                                             step.sa.remote.to_string());
}

}  // namespace

sa::Next on_ike_auth_request(sa::Step& step, sa::HalfOpen& phase, const sa::Message& message) {
    const wire::Payloads& request = message.payloads;
    auto proven = authenticate(step, phase, message);
    if (!proven) return tl::unexpected(proven.error());
    if (const auto unique = check_unique(step, *proven, request); !unique) return tl::unexpected(unique.error());

    step.sa.connection = proven->connection;
    step.sa.peer_announced_initial_contact = request.find(wire::NotifyType::initial_contact) != nullptr;
    std::vector<wire::Payload> payloads{wire::IdentificationResponder{{proven->local_id, 0}}};
    std::ranges::move(proven->proof.certificates, std::back_inserter(payloads));
    payloads.emplace_back(std::move(proven->proof.auth));
    agree_on_mobility(step, request, false);
    if (step.sa.mobility.agreed) append_mobility(step, payloads);
    agree_on_id_sync(step.sa, request);
    if (step.sa.id_sync.agreed) append_id_sync(payloads);
    note_crash_token(step.sa, request);
    std::ranges::move(crash_token(step.options, step.sa.spi_i, step.sa.spi_r), std::back_inserter(payloads));
    sa::Established established{
        std::move(phase.keyed), std::move(proven->local_id), request.id_i->identity, step.now, {}, {}, {}};
    established.has_ppk = proven->has_ppk;
    if (established.has_ppk) payloads.push_back(confirm_ppk());
    begin_life(step, established);
    established.proof = begin_proof(step);
    if (phase.ticket) use_up(step, established, *phase.ticket);
    append_lifetime(step, established.proof, payloads);
    answer_ticket_request(step, established, request, payloads);
    step.report(ike::Level::info,
                (phase.ticket ? "IKE SA resumed with " : "IKE SA established with ") +
                    established.remote_id.to_string() + " at " + step.sa.remote.to_string() + " (" +
                    established.keyed.proposal.to_string() + ")",
                {}, {ike::Turn::ike_established});
    if (message.shape == wire::Shape::childless) {
        send_response(step, established.keyed, wire::ExchangeType::ike_auth, payloads);
    } else {
        answer_child(step, established, std::move(payloads), request, phase.transcript);
    }
    return sa::Phase(std::move(established));
}

}  // namespace xfrmd::ikev2::exchange
