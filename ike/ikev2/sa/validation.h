// What an engine needs to judge certificates, and to sign, beside certificates and keys: the time of day, which the
// core never reads, the paths that it has found valid before, what it has asked outside, and what signing with a key
// begins with.
#pragma once

#include "ike/base/instant.h"
#include "ike/crypto/path_cache.h"
#include "ike/crypto/signers.h"
#include "ike/ikev2/sa/enquiries.h"

namespace xfrmd::ikev2::sa {

struct Validation {
    explicit Validation(base::Random& random) : signers(random) {}

    std::chrono::sys_time<base::Duration> start;  // what the wall clock read at the start of Instants
    crypto::PathCache paths;
    Enquiries enquiries;
    crypto::Signers signers;

    crypto::WallClock time_of_day(base::Instant now) const {
        return std::chrono::floor<std::chrono::seconds>(start + now.time_since_epoch());
    }
};

}  // namespace xfrmd::ikev2::sa
