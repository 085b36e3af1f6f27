#include "ike/ikev2/exchange/rekey_time.h"

#include <algorithm>

#include "ike/base/reader.h"

namespace xfrmd::ikev2::exchange {

namespace {

// 0 up to and without `most`, to the millisecond.
base::Duration random_up_to(const sa::Step& step, base::Duration most) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(most).count();
    if (milliseconds <= 0) return {};
    const std::uint64_t chosen = step.random.number() % static_cast<std::uint64_t>(milliseconds);
    return std::chrono::milliseconds(static_cast<std::int64_t>(chosen));
}

}  // namespace

base::Instant rekey_instant(const sa::Step& step, std::chrono::seconds rekey_time, std::chrono::seconds rand_time) {
    if (rekey_time.count() == 0) return base::kNever;
    return step.now + rekey_time - random_up_to(step, std::min(rand_time, rekey_time));
}

std::uint64_t soft_limit(const sa::Step& step, std::uint64_t limit, std::uint64_t rand) {
    const std::uint64_t most = std::min(rand, limit);
    return most == 0 ? limit : limit - step.random.number() % most;
}

void begin_life(const sa::Step& step, sa::Established& phase) {
    const policy::Connection& connection = *step.sa.connection;
    phase.rekey_at = rekey_instant(step, connection.rekey_time, connection.rand_time);
    if (connection.rekey_time.count() != 0) phase.over_at = step.now + connection.rekey_time + connection.over_time;
}

sa::Proof begin_proof(const sa::Step& step) {
    const policy::Connection& connection = *step.sa.connection;
    sa::Proof proof{step.sa.original_initiator};
    if (connection.reauth_time.count() == 0) return proof;
    if (proof.is_ours_to_repeat) proof.repeat_at = rekey_instant(step, connection.reauth_time, connection.rand_time);
    proof.over_at = step.now + connection.reauth_time + connection.over_time;
    return proof;
}

void heed_lifetime(const sa::Step& step, sa::Established& phase, const wire::Payloads& payloads) {
    const auto* notify = payloads.find(wire::NotifyType::auth_lifetime);
    const bool is_repeated = step.sa.repeated_by != ike::IkeSaId::none;
    if (notify == nullptr || !phase.proof.is_ours_to_repeat || is_repeated) return;
    base::Reader reader(notify->data);
    constexpr base::Duration kShortest = std::chrono::seconds(5);  // or a peer could keep us busy
    const base::Duration lifetime = std::max<base::Duration>(kShortest, std::chrono::seconds(reader.u32()));
    if (!reader.complete()) return;
    // RFC 4478 3: in time, so between eight and nine tenths of it.
    const base::Instant at = step.now + lifetime / 10 * 8 + random_up_to(step, lifetime / 10);
    phase.proof.repeat_at = std::min(phase.proof.repeat_at, at);
}

base::Instant retry_instant(const sa::Step& step) {
    return step.now + step.options.rekey_retry + random_up_to(step, step.options.rekey_retry / 2);
}

}  // namespace xfrmd::ikev2::exchange
