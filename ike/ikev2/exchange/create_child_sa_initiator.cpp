#include <algorithm>
#include <utility>

#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/create_child_sa.h"
#include "ike/ikev2/exchange/crossing.h"
#include "ike/ikev2/exchange/follow_up.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/per_resource.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/rekey_child.h"
#include "ike/ikev2/exchange/rekey_ike.h"
#include "ike/ikev2/exchange/single_pair.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

// SK {[N(REKEY_SA)], [N(IPCOMP_SUPPORTED)], [N(USE_TRANSPORT_MODE)], SA, Ni, [KEi], TSi, TSr} (RFC 7296 1.3.1, 1.3.3)
void send_create_child(sa::Step& step, sa::Established& phase, const policy::Child& child,
                       const sa::CreatingChild& creating) {
    std::vector<wire::Payload> payloads;
    if (creating.rekeyed) payloads.emplace_back(rekey_sa(creating.rekeyed->spi_in));
    FreshKeying keying{&creating.nonce};
    if (creating.key_exchange) keying.key_exchange = payload_of(*creating.key_exchange);
    append_child_request(child, creating.proposed, keying, payloads);
    send_request(step, phase.keyed, wire::ExchangeType::create_child_sa, payloads);
}

// The first method of the first proposal that is not NONE; nullptr without PFS.
base::Result<std::unique_ptr<crypto::KeyExchange>> first_key_exchange(const sa::Step& step,
                                                                      const sa::ProposedChild& proposed) {
    const auto methods = proposed.proposals.front().of(policy::TransformType::key_exchange);
    if (methods.empty() || policy::KeyExchangeId{methods.front().id} == policy::KeyExchangeId::none) return nullptr;
    return crypto::KeyExchange::make(policy::KeyExchangeId{methods.front().id}, step.random);
}

// RFC 7296 1.3: the responder may want another group; once is enough.
bool start_over(sa::Step& step, sa::Established& phase, sa::CreatingChild& creating, const policy::Child& child,
                const wire::Notify& refusal) {
    const auto method = wanted_method(refusal, creating.proposed.proposals);
    if (!method || creating.restarts > 0) return false;
    auto key_exchange = crypto::KeyExchange::make(*method, step.random);
    if (!key_exchange) return false;
    creating.key_exchange = std::move(*key_exchange);
    creating.nonce = step.random.bytes(kNonceSize);
    ++creating.restarts;
    send_create_child(step, phase, child, creating);
    phase.exchange = std::move(creating);
    return true;
}

base::Result<base::SecretBytes> shared_secret(const sa::CreatingChild& creating, const crypto::ChildSuite& suite,
                                              const wire::Payloads& answer) {
    if (!suite.key_exchange) return base::SecretBytes();
    if (!creating.key_exchange || !answer.key_exchange || answer.key_exchange->method != *suite.key_exchange ||
        creating.key_exchange->method() != *suite.key_exchange) {
        return base::fail(Reason::ResponderChoseUnofferedTransform, "key exchange is not the one we sent a value for");
    }
    return creating.key_exchange->shared_secret(answer.key_exchange->data);
}

// The peer's request for the same child may have come while ours was on its way: one of them is enough.
sa::ChildSa* made_by_peer(sa::Established& phase, const sa::CreatingChild& creating) {
    if (creating.rekeyed) return nullptr;
    const auto found = std::find_if(phase.children.begin(), phase.children.end(), [&](const sa::ChildSa& child) {
        using enum sa::ChildState;
        const auto& only = creating.proposed.only;
        return child.name == creating.proposed.name && (child.state == installing || child.state == installed) &&
               child.cpu() == creating.proposed.cpu() && (!only || serves(child, *only));
    });
    return found == phase.children.end() ? nullptr : &*found;
}

// What the answer grants; values of key exchanges are not looked at.
base::Result<NegotiatedChild> agree(const sa::Step& step, sa::Established& phase, const sa::CreatingChild& creating,
                                    const policy::Child& child, const wire::Payloads& answer) {
    if (made_by_peer(phase, creating) != nullptr) return base::fail(Reason::TemporaryFailure, "the peer has made it");
    auto negotiated = check_child_answer(step.sa, child, creating.proposed, answer);
    if (!negotiated) return negotiated;
    if (!creating.rekeyed) {
        const auto joined = join_group(phase, creating.proposed, answer, *negotiated);
        if (!joined) return tl::unexpected(joined.error());
    }
    if (!answer.nonce) return base::fail(Reason::PayloadMissing, "the answer lacks a nonce");
    if (const auto nonce = check_nonce(*answer.nonce, creating.nonce); !nonce) return tl::unexpected(nonce.error());
    const sa::ChildSpi spi_out{negotiated->suite.protocol, negotiated->spi_out};
    if (std::find(creating.deleted.begin(), creating.deleted.end(), spi_out) != creating.deleted.end()) {
        return base::fail(Reason::PeerDeleted, "before its answer came");
    }
    return negotiated;
}

void install(sa::Step& step, sa::Established& phase, const sa::CreatingChild& creating, const wire::Payloads& answer,
             NegotiatedChild negotiated, const sa::SharedSecrets& secrets) {
    release_unused_cpi(step, creating.proposed, negotiated);
    if (creating.rekeyed) take_place(step, phase, creating, answer.nonce->data, negotiated);
    install_child(step, phase, std::move(negotiated), {creating.nonce, answer.nonce->data, &secrets, true});
    heed_more_possible(step, creating.proposed, answer);
}

base::Result<void> send_next(sa::Step& step, sa::Established& phase, sa::CreatingChild& creating) {
    auto ours = send_follow_up(step, phase, creating.granted->follow_ups);
    if (!ours) return tl::unexpected(ours.error());
    creating.key_exchange = std::move(*ours);
    phase.exchange = std::move(creating);
    return {};
}

// RFC 9370 2.2.4: of two rekeyings that crossed, there is nothing to delete yet of the redundant one, and whoever began
// it "just stops".
base::Result<void> follow_up(sa::Step& step, sa::Established& phase, sa::CreatingChild& creating,
                             const NegotiatedChild& negotiated, base::SecretBytes secret,
                             const wire::Payloads& answer) {
    const auto winner = creating.rekeyed ? winner_of(phase, creating, answer.nonce->data) : std::nullopt;
    if (winner == Winner::the_peers) return stop_rekeying(step, phase, creating), base::Result<void>();
    auto granted = begin_follow_ups(negotiated.suite.additional, std::move(secret), answer);
    if (!granted) return tl::unexpected(granted.error());
    if (winner == Winner::ours) outdo_rival(step, phase, creating);
    creating.granted = std::move(*granted);
    return send_next(step, phase, creating);
}

base::Result<void> take_child(sa::Step& step, sa::Established& phase, sa::CreatingChild& creating,
                              const policy::Child& child, const wire::Payloads& answer) {
    auto negotiated = agree(step, phase, creating, child, answer);
    if (!negotiated) return tl::unexpected(negotiated.error());
    auto secret = shared_secret(creating, negotiated->suite, answer);
    if (!secret) return tl::unexpected(secret.error());
    if (!negotiated->suite.additional.empty()) {
        return follow_up(step, phase, creating, *negotiated, *std::move(secret), answer);
    }
    install(step, phase, creating, answer, *std::move(negotiated), {*std::move(secret), {}});
    return {};
}

base::Result<void> install_granted(sa::Step& step, sa::Established& phase, const sa::CreatingChild& creating) {
    const policy::Child* child = step.sa.connection->child(creating.proposed.name);
    if (child == nullptr) return base::fail(Reason::ConfigurationRemoved);
    const wire::Payloads& answer = creating.granted->answer;
    auto negotiated = agree(step, phase, creating, *child, answer);
    if (!negotiated) return tl::unexpected(negotiated.error());
    install(step, phase, creating, answer, *std::move(negotiated), creating.granted->follow_ups.secrets);
    return {};
}

// The kernel may still refuse what the peer has made: nobody has waited for that so far.
void wait_for(sa::Step& step, sa::ChildSa& made, ike::OperationId operation) {
    if (made.state == sa::ChildState::installed) return step.done(operation, made.number, {}, true);
    made.operation = operation;
}

void give_up(sa::Step& step, sa::Established& phase, const sa::CreatingChild& creating, const base::Error& error,
             const wire::Payloads& answer) {
    sa::ChildSa* made = made_by_peer(phase, creating);
    if (made != nullptr && error.reason == Reason::TemporaryFailure) {
        withdraw_child(step, creating.proposed, answer);
        return wait_for(step, *made, creating.proposed.operation);
    }
    if (!creating.rekeyed && creating.proposed.cpu()) {
        return on_not_for_cpu(step, phase, creating.proposed, error, answer);
    }
    if (!creating.rekeyed) return fail_proposed_child(step, creating.proposed, error, answer);
    withdraw_child(step, creating.proposed, answer);
    on_rekeying_failed(step, phase, creating, error);
}

// A packet that wants a child of which there are such for other pairs.
void note_pair(const sa::Established& phase, sa::CreateChildTask& task) {
    const bool goes_by_pairs = std::any_of(phase.children.begin(), phase.children.end(), [&](const auto& child) {
        return child.name == task.child && child.state == sa::ChildState::installed && child.only;
    });
    if (goes_by_pairs && task.packet) task.only = pair_of(*task.packet);
}

}  // namespace

void start_create_child(sa::Step& step, sa::Established& phase, sa::CreateChildTask task) {
    note_pair(phase, task);
    const sa::ChildSa* existing = find_installed(phase, task.child, task.only, task.cpu());
    if (existing != nullptr) return step.done(task.operation, existing->number, {}, true);
    const auto may_ask = check_may_ask(step, phase, task);
    if (!may_ask) return step.done(task.operation, {}, may_ask);
    request_child(step, phase, task, std::nullopt);
}

void request_child(sa::Step& step, sa::Established& phase, const sa::CreateChildTask& task,
                   std::optional<sa::RekeyedChild> rekeyed) {
    const policy::Child* child = step.sa.connection->child(task.child);
    if (child == nullptr) return step.done(task.operation, {}, base::fail(Reason::NotFound, "child " + task.child));
    auto proposed = propose_child(step, *child, task, false);
    if (!proposed) return step.done(task.operation, {}, tl::unexpected(proposed.error()));
    if (rekeyed) {
        proposed->resource = task.resource;
    } else {
        propose_as_group(phase, task, *proposed);
    }
    sa::CreatingChild creating{std::move(*proposed), step.random.bytes(kNonceSize), {}, 0, {}, std::move(rekeyed)};
    auto key_exchange = first_key_exchange(step, creating.proposed);
    if (!key_exchange) return give_up(step, phase, creating, key_exchange.error(), {});
    creating.key_exchange = std::move(*key_exchange);
    send_create_child(step, phase, *child, creating);
    phase.exchange = std::move(creating);
}

sa::Next on_create_child_response(sa::Step& step, sa::Established& phase, const sa::Message& response) {
    if (std::holds_alternative<sa::RekeyingIke>(phase.exchange)) return on_rekey_ike_response(step, phase, response);
    auto* awaited = std::get_if<sa::CreatingChild>(&phase.exchange);
    if (awaited == nullptr || awaited->granted) return base::fail(Reason::ResponseUnexpected);
    sa::CreatingChild creating = std::move(*awaited);
    phase.exchange = std::monostate{};
    step.sa.window.answered();

    const policy::Child* child = step.sa.connection->child(creating.proposed.name);
    const auto* refused = response.payloads.find(wire::NotifyType::invalid_ke_payload);
    if (child != nullptr && refused != nullptr && start_over(step, phase, creating, *child, *refused))
        return sa::stay();
    const base::Result<void> taken = child != nullptr ? take_child(step, phase, creating, *child, response.payloads)
                                                      : base::fail(Reason::ConfigurationRemoved);
    if (taken) return sa::stay();
    give_up(step, phase, creating, taken.error(), response.payloads);
    return sa::stay();
}

sa::Next on_child_follow_up(sa::Step& step, sa::Established& phase, const wire::Payloads& answer) {
    sa::CreatingChild creating = std::get<sa::CreatingChild>(std::exchange(phase.exchange, std::monostate{}));
    sa::FollowUps& follow_ups = creating.granted->follow_ups;
    const bool is_last = follow_ups.done + 1 == follow_ups.methods.size();
    const auto* error = answer.error();
    auto taken = error != nullptr ? tl::unexpected(refusal(creating.proposed, *error))
                                  : take_follow_up(follow_ups, *creating.key_exchange, answer);
    if (taken) taken = is_last ? install_granted(step, phase, creating) : send_next(step, phase, creating);
    // Before the last one is answered, the peer has nothing that would have to be deleted.
    const bool is_at_peer = is_last && error == nullptr;
    if (!taken) {
        give_up(step, phase, creating, taken.error(), is_at_peer ? creating.granted->answer : wire::Payloads());
    }
    return sa::stay();
}

}  // namespace xfrmd::ikev2::exchange
