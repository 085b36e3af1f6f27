#include <utility>

#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/create_child_sa.h"
#include "ike/ikev2/exchange/follow_up.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/rekey_ike.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

// RFC 9370 2.2.4: "a blob meaningful only to the responder".
constexpr std::size_t kLinkSize = 16;

wire::Notify next_link(sa::Step& step, sa::AwaitedFollowUps& awaited) {
    awaited.follow_ups.link = step.random.bytes(kLinkSize);
    awaited.until = step.now + step.options.follow_up_patience;
    return notify(wire::NotifyType::additional_key_exchange, awaited.follow_ups.link);
}

base::Result<void> check_link(const sa::Established& phase, const wire::Payloads& request) {
    const auto* link = request.find(wire::NotifyType::additional_key_exchange);
    const bool is_known = phase.awaited && link != nullptr && link->data == phase.awaited->follow_ups.link;
    if (!is_known) return base::fail(Reason::StateNotFound);
    return {};
}

// What was agreed on may have become impossible meanwhile.
base::Result<void> check_possible(const sa::Step& step, const sa::Established& phase) {
    if (const auto* child = std::get_if<sa::NegotiatedChild>(&phase.awaited->what)) {
        return check_followed_child(step, phase, *child);
    }
    return check_followed_ike(step, phase);
}

base::Result<NextAnswer> answer(sa::Step& step, const sa::Established& phase, const wire::Payloads& request) {
    const sa::FollowUps& follow_ups = phase.awaited->follow_ups;
    auto answered = answer_next(follow_ups.methods.at(follow_ups.done), request, step.random);
    // The IKE SA is sound: a bad value fails this exchange only.
    if (!answered && answered.error().reason == Reason::KeyExchangeValueInvalid) {
        return base::fail(Reason::NoProposalChosen, answered.error().sentence());
    }
    return answered;
}

}  // namespace

wire::Notify await_follow_ups(sa::Step& step, sa::Established& phase, sa::AwaitedFollowUps awaited) {
    forget_follow_ups(step, phase);
    phase.awaited = std::make_unique<sa::AwaitedFollowUps>(std::move(awaited));
    return next_link(step, *phase.awaited);
}

void forget_follow_ups(sa::Step& step, sa::Established& phase) {
    if (!phase.awaited) return;
    const auto awaited = std::exchange(phase.awaited, nullptr);
    const auto* child = std::get_if<sa::NegotiatedChild>(&awaited->what);
    if (child != nullptr) release(step, child->spi_in, child->ipcomp ? std::optional(child->ipcomp->in) : std::nullopt);
    step.report(ike::Level::debug, "key exchanges that were to follow have not come");
}

sa::Next on_follow_up_request(sa::Step& step, sa::Established& phase, const sa::Message& message) {
    const wire::Payloads& request = message.payloads;
    if (const auto known = check_link(phase, request); !known) return tl::unexpected(known.error());
    sa::FollowUps& follow_ups = phase.awaited->follow_ups;
    const bool is_last = follow_ups.done + 1 == follow_ups.methods.size();
    if (is_last) {
        if (const auto possible = check_possible(step, phase); !possible) return tl::unexpected(possible.error());
    }
    auto answered = answer(step, phase, request);
    if (!answered) return tl::unexpected(answered.error());
    add_secret(follow_ups, answered->secret);
    if (!is_last) {
        send_response(step, phase.keyed, wire::ExchangeType::ike_followup_ke,
                      {std::move(answered->payload), next_link(step, *phase.awaited)});
        return sa::stay();
    }
    const auto awaited = std::exchange(phase.awaited, nullptr);
    if (std::holds_alternative<sa::NegotiatedChild>(awaited->what)) {
        install_followed_child(step, phase, std::move(*awaited), std::move(answered->payload));
    } else {
        bear_followed_ike(step, phase, std::move(*awaited), std::move(answered->payload));
    }
    return sa::stay();
}

}  // namespace xfrmd::ikev2::exchange
