#include <algorithm>
#include <utility>

#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/create_child_sa.h"
#include "ike/ikev2/exchange/crossing.h"
#include "ike/ikev2/exchange/follow_up.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/per_resource.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/rekey_child.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

// Empty without PFS.
base::Result<crypto::KeyExchangeAnswer> exchange_keys(sa::Step& step, const crypto::ChildSuite& suite,
                                                      const wire::Payloads& request) {
    if (!suite.key_exchange) return crypto::KeyExchangeAnswer{};
    if (!request.key_exchange || request.key_exchange->method != *suite.key_exchange) {
        return tl::unexpected(wants_method(*suite.key_exchange));
    }
    auto answer = crypto::answer_key_exchange(*suite.key_exchange, request.key_exchange->data, step.random);
    // The IKE SA is sound: a bad value fails this exchange only.
    if (!answer) return base::fail(Reason::NoProposalChosen, answer.error().sentence());
    return answer;
}

void forgo(sa::Step& step, const NegotiatedChild& child) {
    release(step, child.spi_in, child.ipcomp ? std::optional(child.ipcomp->in) : std::nullopt);
}

// Where both ask for one child at the same time one of them is enough: the original initiator's (RFC 7296 2.25).
base::Result<void> check_once(const sa::Step& step, const sa::Established& phase, const std::string& name) {
    const auto* creating = std::get_if<sa::CreatingChild>(&phase.exchange);
    const bool same =
        creating != nullptr && !creating->rekeyed && creating->proposed.name == name && !creating->proposed.cpu();
    if (!same || !step.sa.original_initiator) return {};
    return base::fail(Reason::TemporaryFailure, "child " + name + " is being made by our own request");
}

// RFC 9370 2.2.4: the child is made when its key exchanges are done, so the answer waits for nobody.
void answer_with_link(sa::Step& step, sa::Established& phase, AcceptedChild accepted, sa::AwaitedFollowUps awaited,
                      const FreshKeying& keying) {
    std::vector<wire::Payload> payloads;
    append_child_answer(accepted, keying, payloads);
    remember_rival(phase, accepted.child.replaces, ike::ChildSaId::none, std::min(awaited.nonce_i, awaited.nonce_r));
    awaited.what = std::move(accepted.child);
    payloads.emplace_back(await_follow_ups(step, phase, std::move(awaited)));
    send_response(step, phase.keyed, wire::ExchangeType::create_child_sa, payloads);
}

void answer_when_installed(sa::Step& step, sa::Established& phase, NegotiatedChild child,
                           const sa::AwaitedFollowUps& made, sa::PendingResponse pending) {
    const ike::ChildSaId replaces = child.replaces;
    pending.child =
        install_child(step, phase, std::move(child), {made.nonce_i, made.nonce_r, &made.follow_ups.secrets, false});
    remember_rival(phase, replaces, pending.child, std::min(made.nonce_i, made.nonce_r));
    phase.pending = std::move(pending);
}

}  // namespace

sa::Next on_create_child_request(sa::Step& step, sa::Established& phase, const sa::Message& message) {
    const wire::Payloads& request = message.payloads;
    if (message.shape != wire::Shape::new_child) return base::fail(Reason::PayloadMissing, "SA, Ni, TSi or TSr");
    if (const auto lasts = check_lasts(phase); !lasts) return tl::unexpected(lasts.error());
    if (phase.children.size() >= step.options.most_children) {
        // RFC 9611 6: of a single resource the peer would take that for a word on all children.
        const Reason reason = has_resource_info(request) ? Reason::TsMaxQueue : Reason::NoAdditionalSas;
        return base::fail(reason, std::to_string(phase.children.size()) + " child SAs are the limit");
    }
    auto accepted = accept_child(step, request, false);
    if (!accepted) return tl::unexpected(accepted.error());
    if (const auto once = check_once(step, phase, accepted->child.name); !once) {
        forgo(step, accepted->child);
        return tl::unexpected(once.error());
    }
    if (const auto placed = place_in_group(step, phase, request, *accepted); !placed) {
        forgo(step, accepted->child);
        return tl::unexpected(placed.error());
    }
    defer_to_twin(step, phase, accepted->child);
    return answer_with_child(step, phase, request, std::move(*accepted));
}

base::Result<void> check_lasts(const sa::Established& phase) {
    if (phase.is_succeeded) return base::fail(Reason::TemporaryFailure, "the IKE SA has been rekeyed");
    if (!std::holds_alternative<sa::RekeyingIke>(phase.exchange)) return {};
    return base::fail(Reason::TemporaryFailure, "the IKE SA is being rekeyed");
}

sa::Next answer_with_child(sa::Step& step, sa::Established& phase, const wire::Payloads& request,
                           AcceptedChild accepted) {
    auto keys = exchange_keys(step, accepted.child.suite, request);
    if (!keys) {
        forgo(step, accepted.child);
        return tl::unexpected(keys.error());
    }
    sa::AwaitedFollowUps made{{accepted.child.suite.additional, 0, {std::move(keys->secret), {}}, {}},
                              {},
                              request.nonce->data,
                              step.random.bytes(kNonceSize),
                              base::kNever};
    const base::Bytes nonce = made.nonce_r;
    FreshKeying keying{&nonce};
    if (const auto method = accepted.child.suite.key_exchange) {
        keying.key_exchange = {*method, std::move(keys->public_value)};
    }
    if (!made.follow_ups.methods.empty()) {
        answer_with_link(step, phase, std::move(accepted), std::move(made), keying);
        return sa::stay();
    }
    sa::PendingResponse pending{{}, wire::ExchangeType::create_child_sa, {}, {}};
    append_child_answer(accepted, keying, pending.payloads);
    answer_when_installed(step, phase, std::move(accepted.child), made, std::move(pending));
    return sa::stay();
}

base::Result<void> check_followed_child(const sa::Step& step, const sa::Established& phase,
                                        const sa::NegotiatedChild& child) {
    if (const auto lasts = check_lasts(phase); !lasts) return lasts;
    const bool is_rekeyed = child.number != ike::ChildSaId::none;
    if (is_rekeyed) return check_still_there(phase, child);
    if (phase.children.size() < step.options.most_children) return {};
    return base::fail(Reason::NoAdditionalSas, std::to_string(phase.children.size()) + " child SAs are the limit");
}

void install_followed_child(sa::Step& step, sa::Established& phase, sa::AwaitedFollowUps awaited,
                            wire::KeyExchangePayload answer) {
    NegotiatedChild child = std::get<NegotiatedChild>(std::move(awaited.what));
    sa::PendingResponse pending{{}, wire::ExchangeType::ike_followup_ke, {std::move(answer)}, {}};
    answer_when_installed(step, phase, std::move(child), awaited, std::move(pending));
}

sa::Next refuse_while_deleting(sa::Step&, sa::Deleting& phase, const sa::Message& request) {
    // RFC 7296 2.8.2: the peer has not known of our rekeying when it began its own.
    if (phase.reason == Reason::Rekeyed && request.shape == wire::Shape::rekey_ike) {
        return base::fail(Reason::TemporaryFailure, crossing("the IKE SA", Winner::ours));
    }
    return base::fail(Reason::TemporaryFailure, "the IKE SA is being deleted");
}

}  // namespace xfrmd::ikev2::exchange
