// strongswan.conf once more, while the daemon runs: its loggers take effect, files are opened anew (logrotate), and
// everything else stays as it was at the start. Main thread only.
#pragma once

#include <string>

#include <asio/io_context.hpp>

#include "daemon/background.h"
#include "daemon/config/files.h"
#include "daemon/config/strongswan_conf.h"
#include "daemon/log.h"

namespace xfrmd::daemon {

class LogReload {
public:
    // `io`, `log` and `files` outlive it. `path` may be empty: there is no such file.
    LogReload(asio::io_context& io, Log& log, const Files& files, std::string path);

    // Reads it in a thread of its own. With a mistake in it, which is logged, everything stays as it is.
    void run();
    // The end of the daemon waits for that.
    bool is_running() const { return reading_.is_running(); }

private:
    using Loaded = tl::expected<StrongswanConf, ConfigErrors>;
    void take(const Loaded& loaded);

    Log& log_;
    std::string path_;
    Background reading_;
};

// One line for each.
void log_details(Log& log, const StrongswanConf& conf);

}  // namespace xfrmd::daemon
