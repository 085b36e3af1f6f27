#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "ike/base/writer.h"
#include "ike/ikev2/exchange/auth_rounds.h"
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
#include "ike/ikev2/exchange/virtual_addresses.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

// What a round is to bring: its request, and what those before it have.
struct Round {
    const wire::Payloads& request;
    const sa::PassedRounds* passed;  // nullptr: it is the first

    std::size_t number() const { return passed == nullptr ? 0 : passed->count; }
    // The first request says what else is wanted.
    const wire::Payloads& first_request() const { return passed == nullptr ? request : passed->request; }
    const policy::Identity& first_remote_id() const { return first_request().id_i->identity; }
    const policy::Identity& remote_id() const { return request.id_i ? request.id_i->identity : passed->remote_id; }
    policy::Identity local_id(const policy::Connection& connection, const sa::Sa& sa) const {
        const policy::AuthRound* own = connection.local_round(number());
        return own == nullptr ? passed->local_id : own_identity(*own, sa.local.address);
    }
};

// Those before are not repeated for another connection: it asks the same of both sides in them, and what has been
// announced for this one holds for it.
bool continues(const policy::Connection& connection, const sa::Sa& sa, const Round& round) {
    const auto has_own = [&](const policy::Connection& one) { return one.local_round(round.number()) != nullptr; };
    if (round.passed == nullptr) return true;
    const policy::Connection& begun = *sa.connection;
    return connection.begin_like(begun, round.number()) && has_own(connection) == has_own(begun) &&
           connection.ppk_id == begun.ppk_id && connection.ppk_required == begun.ppk_required &&
           connection.ppk_exchange == begun.ppk_exchange;
}

// How well a connection fits: the peer's identity must match, ours as well where the peer names it (RFC 7296 1.2). One
// that has as many rounds as the peer goes before all others, and then one that wants such an AUTH as the peer has
// sent.
int fit(const policy::Connection& connection, const sa::Sa& sa, const Round& round) {
    constexpr int kRightRounds = 32;
    constexpr int kRightMethod = 16;
    const wire::Payloads& request = round.request;
    const policy::AuthRound* of_peer = connection.remote_round(round.number());
    if (!continues(connection, sa, round) || (of_peer == nullptr) == request.id_i.has_value()) return 0;
    const int remote = of_peer == nullptr ? 1 : match(of_peer->id, request.id_i->identity);
    if (remote == 0) return 0;
    const int local = request.id_r ? match(round.local_id(connection, sa), request.id_r->identity) : 0;
    if (request.id_r && local == 0) return 0;
    const bool is_right = of_peer != nullptr && request.auth && is_method_of(*of_peer, request.auth->method);
    const bool ends_well = check_rounds(connection, round.number(), request).has_value();
    return (ends_well ? kRightRounds : 0) + (is_right ? kRightMethod : 0) + remote * 4 + local;
}

constexpr std::size_t kMostTried = 8;  // connections for one IKE_AUTH

// Only now is it known which connection this is: of those that the addresses and the chosen proposal allow, the one
// that fits best. The next ones may want another key of a peer with such an identity.
std::vector<const policy::Connection*> fitting_connections(const sa::Sa& sa, const sa::Keyed& keyed,
                                                           const Round& round) {
    std::vector<std::pair<int, const policy::Connection*>> fitting;
    for (const policy::Connection* connection :
         sa.configuration->candidates(sa.local.address, sa.remote.address, round.first_remote_id())) {
        const int how = fit(*connection, sa, round);
        if (how > 0 && allows(connection->proposals, keyed.proposal)) fitting.emplace_back(how, connection);
    }
    std::ranges::stable_sort(fitting, std::ranges::greater(), &std::pair<int, const policy::Connection*>::first);
    std::vector<const policy::Connection*> connections;
    for (const auto& [how, connection] : fitting) {
        if (connections.size() < kMostTried) connections.push_back(connection);
    }
    return connections;
}

tl::unexpected<base::Error> no_connection(const sa::Sa& sa, const Round& round) {
    const std::string wanted = round.request.id_r ? round.request.id_r->identity.to_string() : "anybody";
    const std::string when = round.passed == nullptr ? "" : " in round " + std::to_string(round.number() + 1);
    return base::fail(Reason::NoPeerConfiguration, "peer " + round.remote_id().to_string() + " at " +
                                                       sa.remote.to_string() + " asks for " + wanted + when);
}

// RFC 7296 2.16: no AUTH means that the peer wants EAP.
base::Result<void> check_shape(const sa::Message& request) {
    if (request.shape == wire::Shape::authentication || request.shape == wire::Shape::childless) return {};
    if (request.shape == wire::Shape::eap_start) {
        return base::fail(Reason::AuthenticationMethodUnacceptable, "peer wants EAP, which is not there yet");
    }
    return base::fail(Reason::PayloadMissing, "IKE_AUTH without IDi or AUTH");
}

// RFC 4739 2.4, 2.5: another proof where the peer has announced it, else nothing.
base::Result<void> check_later_shape(const policy::Connection& connection, const sa::Message& request,
                                     std::size_t round) {
    const bool proves = request.shape == wire::Shape::childless;
    if (!proves && request.shape != wire::Shape::silent) {
        return base::fail(Reason::PayloadUnexpected, "in round " + std::to_string(round + 1) + " of authentication");
    }
    if (proves == (connection.remote_round(round) != nullptr)) return {};
    return proves ? base::fail(Reason::PayloadUnexpected, "another proof of who the peer is, which was not announced")
                  : base::fail(Reason::PayloadMissing, "IKE_AUTH without IDi and AUTH, which were announced");
}

struct Proven {
    const policy::Connection* connection;
    policy::Identity local_id;
    policy::Identity remote_id;
    std::optional<OwnProof> proof;  // nothing: no more rounds of ours
    sa::PpkUse ppk = sa::PpkUse::none;
};

// With the keys as they are.
base::Result<std::optional<OwnProof>> exchange_proofs(sa::Step& step, const sa::HalfOpen& phase, const Round& round,
                                                      const Parties& parties, const wire::Authentication* auth) {
    const wire::Payloads& request = round.request;
    if (auth != nullptr) {
        const auto verified =
            verify_auth(step, phase.keyed, phase.transcript, parties, {*request.id_i, *auth, request.certificates});
        if (!verified) return tl::unexpected(verified.error());
    }
    // Only for whom it is sure, and before our own proof is made, so that it is made once.
    if (!has_next_round(parties.connection, parties.round)) {
        const auto known = await_addresses(step, parties.connection, parties.remote, round.first_request());
        if (!known) return tl::unexpected(known.error());
    }
    if (parties.connection.local_round(parties.round) == nullptr) return std::optional<OwnProof>();
    return make_auth(step, phase.keyed, phase.transcript, parties, round.first_request().certificate_requests)
        .map([](OwnProof proof) { return std::optional(std::move(proof)); });
}

// What the connection and the peer make of rounds, before any of it is looked at.
base::Result<void> check_count(const policy::Connection& connection, const Round& round) {
    if (!connection.further_local.empty() && !supports_rounds(round.first_request())) {
        return heed_rounds_answer(connection, round.first_request()).map([](bool) {});
    }
    return check_rounds(connection, round.number(), round.request);
}

base::Result<Proven> authenticate_for(sa::Step& step, sa::HalfOpen& phase, const Round& round,
                                      const policy::Connection& connection) {
    if (const auto rounds = check_count(connection, round); !rounds) return tl::unexpected(rounds.error());
    Parties parties{connection, round.local_id(connection, step.sa), round.remote_id(), round.number()};
    if (round.passed != nullptr) {
        const auto* auth = round.request.auth ? &*round.request.auth : nullptr;
        auto proof = exchange_proofs(step, phase, round, parties, auth);
        if (!proof) return tl::unexpected(proof.error());
        return Proven{&connection, std::move(parties.local), std::move(parties.remote), std::move(*proof),
                      round.passed->ppk};
    }
    auto ppk = choose_ppk(step, connection, phase, round.request);
    if (!ppk) return tl::unexpected(ppk.error());
    if (ppk->mixed) ppk->mixed->swap(phase.keyed);
    auto proof = exchange_proofs(step, phase, round, parties, &ppk->auth);
    if (proof) {
        return Proven{&connection, std::move(parties.local), std::move(parties.remote), std::move(*proof), ppk->use};
    }
    if (ppk->mixed) ppk->mixed->swap(phase.keyed);
    return tl::unexpected(proof.error());
}

// The first one's complaint is told, as it is the one that was most likely meant.
base::Result<Proven> authenticate_by_key(sa::Step& step, sa::HalfOpen& phase, const Round& round) {
    const auto connections = fitting_connections(step.sa, phase.keyed, round);
    if (connections.empty()) return no_connection(step.sa, round);
    auto proven = authenticate_for(step, phase, round, *connections.front());
    for (std::size_t next = 1; next < connections.size() && !proven && !base::is_to_wait(proven.error().reason);
         ++next) {
        auto other = authenticate_for(step, phase, round, *connections[next]);
        if (other || base::is_to_wait(other.error().reason)) proven = std::move(other);
    }
    return proven;
}

base::Result<Proven> authenticate_by_ticket(sa::Step& step, const sa::HalfOpen& phase, const wire::Payloads& request) {
    const auto resumer = authenticate_resumed(step, phase, request);
    if (!resumer) return tl::unexpected(resumer.error());
    const auto known = await_addresses(step, *resumer->connection, request.id_i->identity, request);
    if (!known) return tl::unexpected(known.error());
    const policy::Identity& local = phase.ticket->session.local_id;
    return Proven{resumer->connection, local, request.id_i->identity,
                  OwnProof{{}, make_resumed_auth(phase.keyed, phase.transcript, local, resumer->octets)}};
}

base::Result<Proven> authenticate(sa::Step& step, sa::HalfOpen& phase, const sa::Message& message) {
    if (const auto shape = check_shape(message); !shape) return tl::unexpected(shape.error());
    const wire::Payloads& request = message.payloads;
    auto proven = phase.ticket ? authenticate_by_ticket(step, phase, request)
                               : authenticate_by_key(step, phase, {request, nullptr});
    if (!proven) return proven;
    if (const auto wanted = match_childless(*proven->connection, message.shape); !wanted)
        return tl::unexpected(wanted.error());
    return proven;
}

base::Result<Proven> authenticate_again(sa::Step& step, sa::HalfOpen& phase, const sa::Message& message) {
    const sa::PassedRounds& passed = *phase.passed;
    if (const auto shape = check_later_shape(*step.sa.connection, message, passed.count); !shape)
        return tl::unexpected(shape.error());
    auto proven = authenticate_by_key(step, phase, {message.payloads, &passed});
    if (!proven) return proven;
    if (const auto wanted = match_childless(*proven->connection, passed.shape); !wanted)
        return tl::unexpected(wanted.error());
    return proven;
}

// [IDr, [CERT+], AUTH, [N(ANOTHER_AUTH_FOLLOWS)]]
std::vector<wire::Payload> own_part(Proven& proven, std::size_t round) {
    std::vector<wire::Payload> payloads;
    if (!proven.proof) return payloads;
    payloads.emplace_back(wire::IdentificationResponder{{proven.local_id, 0}});
    std::ranges::move(proven.proof->certificates, std::back_inserter(payloads));
    payloads.emplace_back(std::move(proven.proof->auth));
    append_follow(proven.connection->local_round(round + 1), payloads);
    return payloads;
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

// Why there is none (RFC 7296 1.2, 2.21.2).
void refuse_child(sa::Step& step, sa::Established& established, std::vector<wire::Payload> payloads, wire::Notify why) {
    payloads.emplace_back(std::move(why));
    send_response(step, established.keyed, wire::ExchangeType::ike_auth, payloads);
}

// SK {IDr, [CERT+], AUTH, [CP(CFG_REPLY)], [SAr2, TSi, TSr]}: the child's part.
void answer_child(sa::Step& step, sa::Established& established, std::vector<wire::Payload> payloads,
                  const wire::Payloads& request, const sa::Transcript& transcript) {
    auto accepted = accept_child(step, request, true);
    if (!accepted) {
        step.report(ike::Level::warning, "no child SA: " + accepted.error().sentence(), accepted.error().reason,
                    {ike::Turn::child_failed});
        return refuse_child(step, established, std::move(payloads), notify(accepted.error()));
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
    const bool is_there = matters && step.spis.has_elsewhere(proven.local_id, proven.remote_id, *proven.connection,
                                                             step.sa.remote.address);
    if (!is_there) return {};
    return base::fail(Reason::NotUnique, "`unique = keep`: peer " + proven.remote_id.to_string() + " is refused at " +
                                             step.sa.remote.to_string());
}

// RFC 4739 2.1: another round is to come, of either side.
sa::Next answer_round(sa::Step& step, sa::HalfOpen& phase, const sa::Message& message, Proven proven) {
    const std::size_t round = phase.passed ? phase.passed->count : 0;
    std::vector<wire::Payload> payloads = own_part(proven, round);
    if (!phase.passed) {
        phase.passed = std::make_unique<sa::PassedRounds>(
            sa::PassedRounds{0, message.payloads, message.shape, {}, {}, proven.ppk});
        phase.passed->request.certificates.clear();
        append_ppk_confirmation(proven.ppk, payloads);
    }
    step.sa.connection = proven.connection;
    phase.previous.reset();  // IKE_INTERMEDIATE is over
    phase.passed->count = round + 1;
    phase.passed->local_id = std::move(proven.local_id);
    phase.passed->remote_id = std::move(proven.remote_id);
    send_response(step, phase.keyed, wire::ExchangeType::ike_auth, payloads);
    step.report(ike::Level::debug, "round " + std::to_string(round + 1) + " of authentication with " +
                                       phase.passed->remote_id.to_string() + " has passed");
    return sa::stay();
}

// What the first request asks for beside the child is answered in the last response.
void append_agreed(sa::Step& step, const wire::Payloads& request, std::vector<wire::Payload>& payloads) {
    agree_on_mobility(step, request, false);
    if (step.sa.mobility.agreed) append_mobility(step, payloads);
    agree_on_id_sync(step.sa, request);
    if (step.sa.id_sync.agreed) append_id_sync(payloads);
    note_crash_token(step.sa, request);
    std::ranges::move(crash_token(step.options, step.sa.spi_i, step.sa.spi_r), std::back_inserter(payloads));
}

// All have passed: the IKE SA stands. `request` and `shape` are those of the first message.
sa::Next conclude(sa::Step& step, sa::HalfOpen& phase, const wire::Payloads& request, wire::Shape shape,
                  Proven proven) {
    if (const auto unique = check_unique(step, proven, request); !unique) return tl::unexpected(unique.error());
    step.sa.connection = proven.connection;
    // RFC 7619 2.3
    const bool says_who = !proven.remote_id.is_null();
    step.sa.peer_announced_initial_contact = says_who && request.find(wire::NotifyType::initial_contact) != nullptr;
    std::vector<wire::Payload> payloads = own_part(proven, phase.passed ? phase.passed->count : 0);
    const auto addresses = give_addresses(step, proven.remote_id, request, payloads);
    append_agreed(step, request, payloads);
    sa::Established established{
        std::move(phase.keyed), std::move(proven.local_id), std::move(proven.remote_id), step.now, {}, {}, {}};
    established.ppk = proven.ppk;
    if (!phase.passed) append_ppk_confirmation(proven.ppk, payloads);
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
    if (!addresses) {
        step.report(ike::Level::warning, "no child SA: " + addresses.error().why, {}, {ike::Turn::child_failed});
        refuse_child(step, established, std::move(payloads), notify(addresses.error().tells));
    } else if (shape == wire::Shape::childless) {
        send_response(step, established.keyed, wire::ExchangeType::ike_auth, payloads);
    } else {
        answer_child(step, established, std::move(payloads), request, phase.transcript);
    }
    return sa::Phase(std::move(established));
}

}  // namespace

sa::Next on_ike_auth_request(sa::Step& step, sa::HalfOpen& phase, const sa::Message& message) {
    auto proven = phase.passed ? authenticate_again(step, phase, message) : authenticate(step, phase, message);
    if (!proven) return tl::unexpected(proven.error());
    const std::size_t round = phase.passed ? phase.passed->count : 0;
    if (!phase.ticket && has_next_round(*proven->connection, round)) {
        return answer_round(step, phase, message, std::move(*proven));
    }
    if (!phase.passed) return conclude(step, phase, message.payloads, message.shape, std::move(*proven));
    return conclude(step, phase, phase.passed->request, phase.passed->shape, std::move(*proven));
}

}  // namespace xfrmd::ikev2::exchange
