// The one place that reads clocks. For the engines: CLOCK_BOOTTIME, which goes on while the machine sleeps and does not
// follow changes of the wall clock.
#pragma once

#include <ctime>

#include "ike/base/instant.h"

namespace xfrmd::daemon {

inline base::Instant boot_now() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return base::Instant(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

// What the wall clock read when that one was 0, by what both read now.
inline std::chrono::sys_time<base::Duration> boot_time() {
    return std::chrono::system_clock::now() - boot_now().time_since_epoch();
}

// What dates in certificates and their lists are compared with.
inline std::chrono::sys_seconds wall_now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace xfrmd::daemon
