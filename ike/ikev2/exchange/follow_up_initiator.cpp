#include <utility>

#include "ike/ikev2/exchange/create_child_sa.h"
#include "ike/ikev2/exchange/follow_up.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/rekey_ike.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

bool is_last(const sa::FollowUps& follow_ups) { return follow_ups.done == follow_ups.methods.size(); }

// RFC 9370 2.2.4: "The responder MUST include this notification" where another request is expected.
base::Result<void> take_link(sa::FollowUps& follow_ups, const wire::Payloads& answer) {
    const auto* link = answer.find(wire::NotifyType::additional_key_exchange);
    if (link == nullptr) return base::fail(Reason::PayloadMissing, "ADDITIONAL_KEY_EXCHANGE");
    follow_ups.link = link->data;
    return {};
}

// RFC 9370 2.2.4: "after several retries, it MUST treat this situation as a fatal error".
void count_lost_states(sa::Step& step, sa::Established& phase, const wire::Payloads& answer) {
    constexpr unsigned kMostLost = 3;
    const bool is_lost = answer.find(wire::NotifyType::state_not_found) != nullptr;
    phase.lost_states = is_lost ? phase.lost_states + 1 : 0;
    if (phase.lost_states < kMostLost) return;
    step.sa.tasks.push_front(sa::DeleteIkeTask{ike::OperationId::none, Reason::StateNotFound});
}

}  // namespace

base::Result<std::unique_ptr<sa::Granted>> begin_follow_ups(const std::vector<policy::KeyExchangeId>& methods,
                                                            base::SecretBytes first, const wire::Payloads& answer) {
    auto granted = std::make_unique<sa::Granted>(sa::Granted{answer, {methods, 0, {std::move(first), {}}, {}}});
    if (const auto link = take_link(granted->follow_ups, answer); !link) return tl::unexpected(link.error());
    return granted;
}

base::Result<std::unique_ptr<crypto::KeyExchange>> send_follow_up(sa::Step& step, sa::Established& phase,
                                                                  const sa::FollowUps& follow_ups) {
    auto ours = crypto::KeyExchange::make(follow_ups.methods.at(follow_ups.done), step.random);
    if (!ours) return ours;
    // SK {KEi(n), N(ADDITIONAL_KEY_EXCHANGE)}
    send_request(step, phase.keyed, wire::ExchangeType::ike_followup_ke,
                 {payload_of(**ours), notify(wire::NotifyType::additional_key_exchange, follow_ups.link)});
    return ours;
}

base::Result<void> take_follow_up(sa::FollowUps& follow_ups, crypto::KeyExchange& ours, const wire::Payloads& answer) {
    const auto secret = next_secret(ours, answer);
    if (!secret) return tl::unexpected(secret.error());
    add_secret(follow_ups, *secret);
    return is_last(follow_ups) ? base::Result<void>() : take_link(follow_ups, answer);
}

sa::Next on_follow_up_response(sa::Step& step, sa::Established& phase, const sa::Message& response) {
    const auto* creating = std::get_if<sa::CreatingChild>(&phase.exchange);
    const auto* rekeying = std::get_if<sa::RekeyingIke>(&phase.exchange);
    const bool is_awaited = (creating != nullptr && creating->granted) || (rekeying != nullptr && rekeying->granted);
    if (!is_awaited) return base::fail(Reason::ResponseUnexpected);
    step.sa.window.answered();
    count_lost_states(step, phase, response.payloads);
    if (creating != nullptr) return on_child_follow_up(step, phase, response.payloads);
    return on_ike_follow_up(step, phase, response.payloads);
}

}  // namespace xfrmd::ikev2::exchange
