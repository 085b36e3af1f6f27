#include "ike/ikev2/exchange/child_negotiation.h"

namespace xfrmd::ikev2::exchange {

namespace {

// RFC 7296 2.25: not at once, and several times. With each pause twice as long as the one before it, an operator who
// waits for a minute hears how it has ended.
constexpr std::chrono::seconds kFirstPause(5);
constexpr unsigned kMostTries = 3;

}  // namespace

// What another IKE SA is to repeat is asked for again by whoever leads that (RFC 7296 2.8.3).
bool postpone_child(sa::Step& step, const sa::ProposedChild& proposed, const base::Error& error) {
    const bool may_pass = error.reason == base::Reason::TemporaryFailure || error.reason == base::Reason::StateNotFound;
    const bool passes = may_pass && proposed.number == ike::ChildSaId::none;
    const bool has_room = step.sa.postponed.size() < step.options.most_tasks;
    if (!passes || !has_room || proposed.tries == kMostTries) return false;
    const std::chrono::seconds pause = kFirstPause * (1U << proposed.tries);
    step.sa.postponed.push_back(
        {{proposed.name, proposed.operation, proposed.packet, {}, {}, proposed.tries + 1, proposed.only},
         step.now + pause});
    step.report(ike::Level::info,
                "child SA " + proposed.name + " is put off: " + error.sentence() + "; asking again in " +
                    std::to_string(pause.count()) + " s",
                error.reason);
    return true;
}

}  // namespace xfrmd::ikev2::exchange
