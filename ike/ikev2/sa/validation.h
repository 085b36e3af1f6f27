// What an engine needs to judge certificates beside the certificates: the time of day, which the core never reads, the
// paths that it has found valid before, and what it has asked outside.
#pragma once

#include "ike/base/instant.h"
#include "ike/crypto/path_cache.h"
#include "ike/ikev2/sa/enquiries.h"

namespace xfrmd::ikev2::sa {

struct Validation {
    std::chrono::sys_time<base::Duration> start;  // what the wall clock read at the start of Instants
    crypto::PathCache paths;
    Enquiries enquiries;

    crypto::WallClock time_of_day(base::Instant now) const {
        return std::chrono::floor<std::chrono::seconds>(start + now.time_since_epoch());
    }
};

}  // namespace xfrmd::ikev2::sa
