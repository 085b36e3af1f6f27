#include "ike/ikev2/exchange/rekey_ike.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ike/base/reader.h"
#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/crash_detection.h"
#include "ike/ikev2/exchange/crossing.h"
#include "ike/ikev2/exchange/follow_up.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/rekey_time.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

constexpr std::size_t kSpiSize = 8;

base::Result<wire::IkeSpi> read_ike_spi(const base::Bytes& bytes) {
    const wire::IkeSpi spi{base::Reader(bytes).u64()};
    if (spi == wire::IkeSpi::none) return base::fail(Reason::NoProposalChosen, "an IKE SPI of 0");
    return spi;
}

base::Error refusal(const wire::Notify& error) {
    const bool is_lost = error.type == wire::NotifyType::state_not_found;
    return {is_lost ? Reason::StateNotFound : Reason::PeerRefused, "peer answered " + to_string(error.type), {}};
}

// Both ends of the exchange, by role.
struct Halves {
    wire::IkeSpi spi_i{};
    wire::IkeSpi spi_r{};
    base::ByteView nonce_i;
    base::ByteView nonce_r;
};

// RFC 7296 2.18: message ids start at 0, and the initiator of the exchange is the new IKE SA's original initiator.
sa::Sa new_sa(const sa::Step& step, const Halves& halves, ike::IkeSaId id, bool initiator) {
    sa::Sa sa;
    sa.id = sa.own_id = id;
    sa.original_initiator = initiator;
    sa.spi_i = halves.spi_i;
    sa.spi_r = halves.spi_r;
    sa.local = step.sa.local;
    sa.remote = step.sa.remote;
    sa.configuration = step.sa.configuration;
    sa.connection = step.sa.connection;
    sa.nat = step.sa.nat;
    sa.fragmentation = step.sa.fragmentation;
    sa.mobility = step.sa.mobility;
    sa.origin = step.sa.origin;
    sa.redirection.peer_follows = step.sa.redirection.peer_follows;
    sa.id_sync.agreed = step.sa.id_sync.agreed;
    sa.created = sa.last_inbound = sa.last_outbound = step.now;
    return sa;
}

std::unique_ptr<sa::Birth> bear(sa::Step& step, const sa::Established& old, sa::Sa sa, const crypto::IkeSuite& suite,
                                policy::Proposal proposal, const Halves& halves, const sa::SharedSecrets& secrets) {
    sa::Keyed keyed =
        derive_rekeyed(old.keyed, sa, suite, std::move(proposal), halves.nonce_i, halves.nonce_r, secrets);
    auto born = std::make_unique<sa::Birth>(
        sa::Birth{std::move(sa), {std::move(keyed), old.local_id, old.remote_id, step.now, {}, {}, {}}, false});
    begin_life(step, born->phase);
    return born;
}

// SK {SA, Ni, KEi} (RFC 7296 1.3.2)
void send_rekey_ike(sa::Step& step, sa::Established& phase, const sa::RekeyingIke& rekeying) {
    send_request(step, phase.keyed, wire::ExchangeType::create_child_sa,
                 {offer(step.sa.connection->proposals, wire::spi_bytes(rekeying.spi)), wire::Nonce{rekeying.nonce},
                  payload_of(*rekeying.key_exchange)});
}

// RFC 7296 1.3: the responder may want another group; once is enough.
bool start_over(sa::Step& step, sa::Established& phase, sa::RekeyingIke& rekeying, const wire::Notify& refusal) {
    const auto method = wanted_method(refusal, step.sa.connection->proposals);
    if (!method || rekeying.restarts > 0) return false;
    auto key_exchange = crypto::KeyExchange::make(*method, step.random);
    if (!key_exchange) return false;
    rekeying.key_exchange = std::move(*key_exchange);
    rekeying.nonce = step.random.bytes(kNonceSize);
    ++rekeying.restarts;
    send_rekey_ike(step, phase, rekeying);
    phase.exchange = std::move(rekeying);
    return true;
}

struct Agreed {
    policy::Proposal proposal;
    crypto::IkeSuite suite;
    wire::IkeSpi spi_r{};
};

// What the answer grants; values of key exchanges are not looked at.
base::Result<Agreed> agree(const sa::Step& step, const sa::RekeyingIke& rekeying, const wire::Payloads& answer) {
    if (const auto* error = answer.error()) return tl::unexpected(refusal(*error));
    if (!answer.sa || !answer.nonce || !answer.key_exchange) return base::fail(Reason::PayloadMissing, "SA, Nr or KEr");
    auto answered = check_answer(*answer.sa, step.sa.connection->proposals, kSpiSize);
    if (!answered) return tl::unexpected(answered.error());
    const auto spi_r = read_ike_spi(answered->spi);
    if (!spi_r) return tl::unexpected(spi_r.error());
    const auto suite = crypto::IkeSuite::of(answered->proposal);
    if (!suite) return tl::unexpected(suite.error());
    if (const auto nonce = check_nonce(*answer.nonce, rekeying.nonce); !nonce) return tl::unexpected(nonce.error());
    return Agreed{std::move(answered->proposal), *suite, *spi_r};
}

base::Result<base::SecretBytes> shared_secret(const sa::RekeyingIke& rekeying, const crypto::IkeSuite& suite,
                                              const wire::KeyExchangePayload& answer) {
    if (answer.method != suite.key_exchange || rekeying.key_exchange->method() != suite.key_exchange) {
        return base::fail(Reason::ResponderChoseUnofferedTransform, "key exchange is not the one we sent a value for");
    }
    return rekeying.key_exchange->shared_secret(answer.data);
}

bool awaits_ike_sa(const sa::Established& phase) {
    return phase.awaited && std::holds_alternative<sa::AwaitedIkeSa>(phase.awaited->what);
}

// The peer has begun the same: it has made an IKE SA, or has key exchanges to do for it.
bool has_rival(const sa::Step& step, const sa::Established& phase, const sa::RekeyingIke& rekeying) {
    if (!rekeying.rival) return false;
    const bool is_to_come = rekeying.rival->ike_sa == ike::IkeSaId::none && awaits_ike_sa(phase);
    return is_to_come || rival_of(step, rekeying) != ike::IkeSaId::none;
}

// RFC 7296 2.8.2: what was made with the lowest of the four nonces is redundant, and deleted by who made it.
std::optional<Winner> winner_of(const sa::Step& step, const sa::Established& phase, const sa::RekeyingIke& rekeying,
                                const wire::Payloads& answer) {
    if (!has_rival(step, phase, rekeying)) return std::nullopt;
    const base::Bytes lowest = std::min(rekeying.nonce, answer.nonce->data);
    return lowest < rekeying.rival->lowest_nonce ? Winner::the_peers : Winner::ours;
}

void report_crossing(sa::Step& step, Winner winner) { step.report(ike::Level::debug, crossing("the IKE SA", winner)); }

void give_up(sa::Step& step, sa::Established& phase, const sa::RekeyingIke& rekeying, const base::Error& error) {
    if (const ike::IkeSaId rival = rival_of(step, rekeying); rival != ike::IkeSaId::none) {
        report_crossing(step, Winner::the_peers);
        step.successions.push_back({nullptr, rival, sa::Predecessor::waits_for_delete});
        return step.done(rekeying.operation, {}, {});
    }
    phase.rekey_at = retry_instant(step);
    if (has_rival(step, phase, rekeying)) {
        report_crossing(step, Winner::the_peers);
        return step.done(rekeying.operation, {}, {});
    }
    step.report(ike::Level::warning, "rekeying the IKE SA failed: " + error.sentence(), error.reason);
    step.done(rekeying.operation, {}, tl::unexpected(error));
}

void take_ike_sa(sa::Step& step, sa::Established& phase, const sa::RekeyingIke& rekeying, const wire::Payloads& answer,
                 Agreed agreed, const sa::SharedSecrets& secrets) {
    const Halves halves{rekeying.spi, agreed.spi_r, rekeying.nonce, answer.nonce->data};
    auto born = bear(step, phase, new_sa(step, halves, step.spis.new_ike_id(), true), agreed.suite,
                     std::move(agreed.proposal), halves, secrets);
    const auto winner = winner_of(step, phase, rekeying, answer);
    const ike::IkeSaId rival = rival_of(step, rekeying);
    const bool loses = winner == Winner::the_peers;
    if (winner && !rekeying.granted) report_crossing(step, *winner);
    if (loses && rival == ike::IkeSaId::none) phase.rekey_at = retry_instant(step);  // should the peer not go on
    if (winner == Winner::ours && awaits_ike_sa(phase)) forget_follow_ups(step, phase);
    born->is_redundant = loses;
    note_crash_token(born->sa, answer);
    if (step.options.token_secret != nullptr) born->sa.tasks.push_front(sa::TellCrashTokenTask{});  // RFC 6290 4.3
    const ike::IkeSaId heir = loses ? rival : born->sa.id;
    step.done(rekeying.operation, {}, {});
    const ike::IkeSaId loser = loses ? ike::IkeSaId::none : rival;
    step.successions.push_back(
        {std::move(born), heir, loses ? sa::Predecessor::waits_for_delete : sa::Predecessor::is_deleted, loser});
}

base::Result<void> send_next(sa::Step& step, sa::Established& phase, sa::RekeyingIke& rekeying) {
    auto ours = send_follow_up(step, phase, rekeying.granted->follow_ups);
    if (!ours) return tl::unexpected(ours.error());
    rekeying.key_exchange = std::move(*ours);
    phase.exchange = std::move(rekeying);
    return {};
}

base::Result<void> take_granted(sa::Step& step, sa::Established& phase, const sa::RekeyingIke& rekeying) {
    const wire::Payloads& answer = rekeying.granted->answer;
    auto agreed = agree(step, rekeying, answer);
    if (!agreed) return tl::unexpected(agreed.error());
    take_ike_sa(step, phase, rekeying, answer, *std::move(agreed), rekeying.granted->follow_ups.secrets);
    return {};
}

// RFC 9370 2.2.4: of two rekeyings that crossed, there is nothing to delete yet of the redundant one, and whoever began
// it "just stops".
base::Result<void> follow_up(sa::Step& step, sa::Established& phase, sa::RekeyingIke& rekeying, const Agreed& agreed,
                             base::SecretBytes secret, const wire::Payloads& answer) {
    const auto winner = winner_of(step, phase, rekeying, answer);
    if (winner == Winner::the_peers) return tl::unexpected(base::Error{Reason::TemporaryFailure, {}, {}});
    auto granted = begin_follow_ups(agreed.suite.additional, std::move(secret), answer);
    if (!granted) return tl::unexpected(granted.error());
    if (winner) report_crossing(step, Winner::ours);
    if (winner && awaits_ike_sa(phase)) forget_follow_ups(step, phase);
    rekeying.granted = std::move(*granted);
    return send_next(step, phase, rekeying);
}

base::Result<void> take_answer(sa::Step& step, sa::Established& phase, sa::RekeyingIke& rekeying,
                               const wire::Payloads& answer) {
    auto agreed = agree(step, rekeying, answer);
    if (!agreed) return tl::unexpected(agreed.error());
    auto secret = shared_secret(rekeying, agreed->suite, *answer.key_exchange);
    if (!secret) return tl::unexpected(secret.error());
    if (!agreed->suite.additional.empty()) {
        return follow_up(step, phase, rekeying, *agreed, *std::move(secret), answer);
    }
    take_ike_sa(step, phase, rekeying, answer, *std::move(agreed), {*std::move(secret), {}});
    return {};
}

struct Accepted {
    policy::ChosenProposal chosen;
    crypto::IkeSuite suite;
    wire::IkeSpi spi_i{};
};

base::Result<Accepted> accept(const sa::Step& step, const wire::Payloads& request) {
    auto chosen =
        policy::choose(step.sa.connection->proposals, offered(*request.sa, policy::ProtocolId::ike, kSpiSize));
    if (!chosen) return tl::unexpected(chosen.error());
    const auto spi_i = read_ike_spi(spi_of(*request.sa, chosen->number));
    if (!spi_i) return tl::unexpected(spi_i.error());
    const auto suite = crypto::IkeSuite::of(chosen->proposal);
    if (!suite) return tl::unexpected(suite.error());
    if (request.key_exchange->method != suite->key_exchange) return tl::unexpected(wants_method(suite->key_exchange));
    return Accepted{std::move(*chosen), *suite, *spi_i};
}

// RFC 7296 2.25.2: the new IKE SA is to have the children, so none may be on its way.
base::Result<void> check_quiet(const sa::Step& step, const sa::Established& phase) {
    const bool busy = std::holds_alternative<sa::CreatingChild>(phase.exchange) ||
                      std::holds_alternative<sa::DeletingChild>(phase.exchange);
    const auto* ours = std::get_if<sa::RekeyingIke>(&phase.exchange);
    if (phase.is_succeeded || (ours != nullptr && rival_of(step, *ours) != ike::IkeSaId::none)) {
        return base::fail(Reason::TemporaryFailure, "it has been rekeyed already");
    }
    // RFC 9370 2.2.4: the peer has not known when it began its own.
    if (ours != nullptr && ours->granted) {
        return base::fail(Reason::TemporaryFailure, crossing("the IKE SA", Winner::ours));
    }
    if (busy || waits_for_kernel(phase)) return base::fail(Reason::TemporaryFailure, "a child SA comes or goes");
    return {};
}

// Who rekeys without end and deletes nothing is stopped: one at a time waits for its Delete. Ours may be on its way.
base::Result<void> check_room(const sa::Step& step) {
    if (step.spis.awaits_delete(step.sa.predecessor)) {
        return base::fail(Reason::TemporaryFailure, "the one before it has not been deleted yet");
    }
    if (step.spis.ike_sas() < step.options.most_ike_sas) return {};
    return base::fail(Reason::NoAdditionalSas, std::to_string(step.spis.ike_sas()) + " IKE SAs are the limit");
}

// While ours is in flight, the nonces of both decide (RFC 7296 2.8.2); until then the new one has no children.
sa::Succession succession(sa::Established& phase, std::unique_ptr<sa::Birth> born, base::Bytes lowest_nonce) {
    const ike::IkeSaId id = born->sa.id;
    auto* rekeying = std::get_if<sa::RekeyingIke>(&phase.exchange);
    if (rekeying == nullptr) return {std::move(born), id, sa::Predecessor::waits_for_delete};
    born->sa.is_rival = true;
    rekeying->rival = sa::RivalIkeSa{id, std::move(lowest_nonce)};
    return {std::move(born), ike::IkeSaId::none, sa::Predecessor::stays};
}

void bear_answered(sa::Step& step, sa::Established& phase, sa::AwaitedFollowUps made) {
    auto& ike_sa = std::get<sa::AwaitedIkeSa>(made.what);
    const Halves halves{ike_sa.spi_i, ike_sa.spi_r, made.nonce_i, made.nonce_r};
    auto born = bear(step, phase, new_sa(step, halves, step.spis.new_ike_id(), false), ike_sa.suite,
                     std::move(ike_sa.proposal), halves, made.follow_ups.secrets);
    step.successions.push_back(succession(phase, std::move(born), std::min(made.nonce_i, made.nonce_r)));
}

void note_rival_to_come(sa::Established& phase, base::Bytes lowest_nonce) {
    auto* rekeying = std::get_if<sa::RekeyingIke>(&phase.exchange);
    if (rekeying != nullptr) rekeying->rival = sa::RivalIkeSa{ike::IkeSaId::none, std::move(lowest_nonce)};
}

}  // namespace

ike::IkeSaId rival_of(const sa::Step& step, const sa::RekeyingIke& rekeying) {
    return rekeying.rival && step.spis.is_live(rekeying.rival->ike_sa) ? rekeying.rival->ike_sa : ike::IkeSaId::none;
}

void start_rekey_ike(sa::Step& step, sa::Established& phase, const sa::RekeyIkeTask& task) {
    if (phase.is_succeeded) return step.done(task.operation, {}, {});
    if (awaits_ike_sa(phase)) {
        phase.rekey_at = retry_instant(step);  // should the peer not go on
        return step.done(task.operation, {}, {}, true);
    }
    phase.rekey_at = base::kNever;
    // What the peer has chosen once it will choose again.
    auto key_exchange = crypto::KeyExchange::make(phase.keyed.suite.key_exchange, step.random);
    if (!key_exchange) {
        phase.rekey_at = retry_instant(step);
        return step.done(task.operation, {}, tl::unexpected(key_exchange.error()));
    }
    sa::RekeyingIke rekeying{
        std::move(*key_exchange), step.random.bytes(kNonceSize), step.spis.new_ike_spi(), task.operation, 0, {}};
    send_rekey_ike(step, phase, rekeying);
    phase.exchange = std::move(rekeying);
}

sa::Next on_rekey_ike_response(sa::Step& step, sa::Established& phase, const sa::Message& response) {
    if (std::get<sa::RekeyingIke>(phase.exchange).granted) return base::fail(Reason::ResponseUnexpected);
    sa::RekeyingIke rekeying = std::move(std::get<sa::RekeyingIke>(phase.exchange));
    phase.exchange = std::monostate{};
    step.sa.window.answered();
    const auto* refused = response.payloads.find(wire::NotifyType::invalid_ke_payload);
    if (refused != nullptr && start_over(step, phase, rekeying, *refused)) return sa::stay();
    const auto taken = take_answer(step, phase, rekeying, response.payloads);
    if (!taken) give_up(step, phase, rekeying, taken.error());
    return sa::stay();
}

sa::Next on_ike_follow_up(sa::Step& step, sa::Established& phase, const wire::Payloads& answer) {
    sa::RekeyingIke rekeying = std::get<sa::RekeyingIke>(std::exchange(phase.exchange, std::monostate{}));
    sa::FollowUps& follow_ups = rekeying.granted->follow_ups;
    const bool is_last = follow_ups.done + 1 == follow_ups.methods.size();
    const auto* error = answer.error();
    auto taken =
        error != nullptr ? tl::unexpected(refusal(*error)) : take_follow_up(follow_ups, *rekeying.key_exchange, answer);
    if (taken) taken = is_last ? take_granted(step, phase, rekeying) : send_next(step, phase, rekeying);
    if (!taken) give_up(step, phase, rekeying, taken.error());
    return sa::stay();
}

sa::Next on_rekey_ike_request(sa::Step& step, sa::Established& phase, const sa::Message& message) {
    const wire::Payloads& request = message.payloads;
    if (message.shape != wire::Shape::rekey_ike) return base::fail(Reason::PayloadMissing, "SA, Ni or KEi");
    if (const auto quiet = check_quiet(step, phase); !quiet) return tl::unexpected(quiet.error());
    if (const auto room = check_room(step); !room) return tl::unexpected(room.error());
    auto accepted = accept(step, request);
    if (!accepted) return tl::unexpected(accepted.error());
    auto exchanged = crypto::answer_key_exchange(accepted->suite.key_exchange, request.key_exchange->data, step.random);
    // The IKE SA is sound: a bad value fails this exchange only.
    if (!exchanged) return base::fail(Reason::NoProposalChosen, exchanged.error().sentence());

    sa::AwaitedFollowUps made{{accepted->suite.additional, 0, {std::move(exchanged->secret), {}}, {}},
                              sa::AwaitedIkeSa{std::move(accepted->chosen.proposal), accepted->suite, accepted->spi_i,
                                               step.spis.new_ike_spi()},
                              request.nonce->data,
                              step.random.bytes(kNonceSize),
                              base::kNever};
    const auto& ike_sa = std::get<sa::AwaitedIkeSa>(made.what);
    std::vector<wire::Payload> payloads{
        answer({accepted->chosen.number, ike_sa.proposal}, wire::spi_bytes(ike_sa.spi_r)), wire::Nonce{made.nonce_r},
        wire::KeyExchangePayload{accepted->suite.key_exchange, std::move(exchanged->public_value)}};
    std::ranges::move(crash_token(step.options, ike_sa.spi_i, ike_sa.spi_r), std::back_inserter(payloads));
    // RFC 5723 4.1: not before it is known that the new one stays; the client may ask then.
    if (request.find(wire::NotifyType::ticket_request) != nullptr)
        payloads.emplace_back(notify(wire::NotifyType::ticket_ack));
    if (!made.follow_ups.methods.empty()) {
        note_rival_to_come(phase, std::min(made.nonce_i, made.nonce_r));
        payloads.emplace_back(await_follow_ups(step, phase, std::move(made)));
        send_response(step, phase.keyed, wire::ExchangeType::create_child_sa, payloads);
        return sa::stay();
    }
    send_response(step, phase.keyed, wire::ExchangeType::create_child_sa, payloads);
    bear_answered(step, phase, std::move(made));
    return sa::stay();
}

base::Result<void> check_followed_ike(const sa::Step& step, const sa::Established& phase) {
    if (const auto quiet = check_quiet(step, phase); !quiet) return quiet;
    return check_room(step);
}

void bear_followed_ike(sa::Step& step, sa::Established& phase, sa::AwaitedFollowUps awaited,
                       wire::KeyExchangePayload answer) {
    send_response(step, phase.keyed, wire::ExchangeType::ike_followup_ke, {std::move(answer)});
    bear_answered(step, phase, std::move(awaited));
}

}  // namespace xfrmd::ikev2::exchange
