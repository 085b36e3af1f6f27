// What an IKE SA leaves to the one that is begun with another gateway, and how it takes it that there is none (RFC
// 5685).
#include <utility>

#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/sa/ike_sa.h"

namespace xfrmd::ikev2::sa {

std::deque<Task> IkeSa::take_wishes(Surroundings around) {
    std::deque<Task> wishes = std::exchange(sa_.tasks, {});
    auto* auth = std::get_if<AuthRequested>(&phase_);
    const auto child = auth == nullptr ? std::nullopt : std::exchange(auth->child, std::nullopt);
    if (!child) return wishes;
    Step current = step(around);
    exchange::release(current, child->spi_in, child->cpi_in);
    wishes.push_front(CreateChildTask{child->name, child->operation, {}, child->replaces, child->number});
    return wishes;
}

// Before the peer is authenticated that is a hint, as any refusal (RFC 7296 2.21.1).
void IkeSa::refuse_redirect(base::Error why, Surroundings around) {
    if (phase_id() == PhaseId::auth_requested) return close_now(std::move(why), around);
    step(around).report(ike::Level::warning, why.sentence(), why.reason);
    if (auto* waiting = std::get_if<InitRequested>(&phase_)) waiting->refusal = std::move(why);
}

}  // namespace xfrmd::ikev2::sa
