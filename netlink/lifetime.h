// How long an SA lives in the kernel (RFC 4301 4.4.2.1): at a soft limit the kernel tells (EXPIRE), at a hard one it
// deletes the SA and tells. 0 is no limit. Seconds are of the kernel's wall clock, which may be set: rekeying runs on
// the daemon's own timers, and these limits are the net below.
#pragma once

#include <chrono>
#include <cstdint>

namespace xfrmd::netlink {

struct Limits {
    std::uint64_t bytes = 0;
    std::uint64_t packets = 0;
    std::chrono::seconds since_added{};
    std::chrono::seconds since_used{};  // since the first packet
    friend bool operator==(const Limits&, const Limits&) = default;
};

struct Lifetime {
    Limits soft;
    Limits hard;
    friend bool operator==(const Lifetime&, const Lifetime&) = default;
};

}  // namespace xfrmd::netlink
