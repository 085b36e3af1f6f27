// When an SA is rekeyed: rekey_time after it came up, or after so many bytes or packets, less up to rand_time,
// rand_bytes or rand_packets at random, so that SAs which came up together part (RFC 7296 2.8).
#pragma once

#include <chrono>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// kNever where rekey_time is 0.
base::Instant rekey_instant(const sa::Step& step, std::chrono::seconds rekey_time, std::chrono::seconds rand_time);
// Of bytes or packets; 0 where `limit` is, else at least 1.
std::uint64_t soft_limit(const sa::Step& step, std::uint64_t limit, std::uint64_t rand);
// An IKE SA begins: when it is rekeyed, and when it is over (its connection's rekey_time, over_time, rand_time).
void begin_life(const sa::Step& step, sa::Established& phase);
// An authentication counts from now on (RFC 4478; the connection's reauth_time).
sa::Proof begin_proof(const sa::Step& step);
// The peer has said how long it lets ours count (AUTH_LIFETIME): it is repeated before that. Nothing where it has not,
// or where it is being repeated.
void heed_lifetime(const sa::Step& step, sa::Established& phase, const wire::Payloads& payloads);
// After a refusal that passes (RFC 7296 2.25).
base::Instant retry_instant(const sa::Step& step);

}  // namespace xfrmd::ikev2::exchange
