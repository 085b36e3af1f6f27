// Time as an argument: the core never reads a clock. An Instant counts nanoseconds from an arbitrary start on a clock
// that never goes back (the daemon uses CLOCK_BOOTTIME, a simulation its own); wall-clock time is kept beside it where
// shown.
#pragma once

#include <chrono>

namespace xfrmd::base {

struct BootClock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<BootClock>;
    static constexpr bool is_steady = true;
};

using Instant = BootClock::time_point;
using Duration = BootClock::duration;

inline constexpr Instant kNever = Instant::max();

}  // namespace xfrmd::base
