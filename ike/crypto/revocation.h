// Whether a certificate of a path is revoked, as CRLs (RFC 5280 5 and 6.3) and OCSP responses (RFC 6960) say: a
// judgement of what somebody has fetched. Pure: nothing is fetched here, and the time is an argument. An error is never
// "good", and a revocation counts also where it comes from an old answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ike/crypto/certificate.h"

namespace xfrmd::crypto {

enum class Standing : std::uint8_t { good, revoked, unknown };

// RFC 5280 5.3.1
enum class RevocationReason : std::uint8_t {
    unspecified = 0,
    key_compromise = 1,
    ca_compromise = 2,
    affiliation_changed = 3,
    superseded = 4,
    cessation_of_operation = 5,
    certificate_hold = 6,
    remove_from_crl = 8,
    privilege_withdrawn = 9,
    aa_compromise = 10,
};
std::string_view name(RevocationReason reason);  // "key compromise"

struct Judgement {
    Standing standing = Standing::unknown;
    std::string detail;  // a sentence, where it is not good: "was revoked on 2030-06-01 12:00:00 UTC (key compromise)"
    WallClock since{};   // of a revocation
    RevocationReason reason = RevocationReason::unspecified;
    // When the next answer is due; a good one counts until then. The beginning of time where it is unknown.
    WallClock fetch_again{};
    WallClock as_of{};  // thisUpdate of what says so: an earlier answer changes nothing about a revocation

    static Judgement unknown(std::string why) { return {Standing::unknown, std::move(why), {}, {}, {}, {}}; }
    static Judgement revoked(WallClock since, RevocationReason reason, WallClock as_of);
    static Judgement good(WallClock fetch_again, WallClock as_of) {
        return {Standing::good, {}, {}, {}, fetch_again, as_of};
    }
};

// How far clocks may differ: what begins later is not valid yet.
inline constexpr std::chrono::minutes kClockSkew{5};

}  // namespace xfrmd::crypto
