// What is logged where, beside the log itself: strongswan.conf's loggers.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace xfrmd::daemon {

// strongSwan's levels: -1 nothing, 0 audit, 1 control flow, 2 to 4 more and more details. Here 0 and 1 are one, as are
// those from 2 on.
using LogLevel = int;
inline constexpr LogLevel kSilent = -1;
inline constexpr LogLevel kControl = 1;
inline constexpr LogLevel kDetails = 2;
inline constexpr LogLevel kMostDetails = 4;

struct LogFile {
    std::string path;
    std::string time_format = {};  // strftime(3)'s; empty: no time
    bool with_milliseconds = false;
    bool append = true;  // otherwise it is emptied at the start
    LogLevel level = kControl;
};

struct LogSettings {
    std::optional<LogLevel> level = {};  // of syslog, or standard error; errors and warnings are there in any case
    std::vector<LogFile> files = {};
};

}  // namespace xfrmd::daemon
