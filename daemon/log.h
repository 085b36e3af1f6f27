// The daemon's log: one full sentence a step, with the connection and IKE SA it is about. Goes to standard error or to
// syslog, and to files that strongswan.conf names. What strangers can cause is limited in rate, and what was left out
// is counted. A log that nobody reads, or that has no room, holds nobody up (log_sink.h). May be used from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include <spdlog/logger.h>
#include <spdlog/sinks/dist_sink.h>

#include "daemon/log_queue.h"
#include "daemon/log_settings.h"
#include "ike/actions.h"
#include "ike/token_bucket.h"

namespace xfrmd::daemon {

enum class LogTarget : std::uint8_t { standard_error, syslog };

class Log {
public:
    Log(LogTarget target, bool debug);

    // The files are opened anew, whichever were there. One that cannot be is an error in the log. Waits for disks; not
    // in two threads at once.
    void use(const LogSettings& settings);
    // Waits until files have what was said, so long at most. False where they have not.
    bool flush(std::chrono::milliseconds patience) { return queue_->flush(patience); }

    // Lines of debug go somewhere.
    bool has_details() const { return logger_->should_log(spdlog::level::debug); }
    // False where it was left out, as strangers have caused too many.
    bool write(const ike::Report& report);
    void debug(const std::string& text) { logger_->debug(text); }
    void info(const std::string& text) { say(ike::Level::info, text); }
    void warning(const std::string& text) { say(ike::Level::warning, text); }
    void error(const std::string& text) { say(ike::Level::error, text); }

    // Hears every line of info, warning and error, in whichever thread it is said, and says nothing itself. nullptr:
    // nobody does any more.
    using Listener = std::function<void(ike::Level, const std::string&)>;
    void listen(Listener listener);

private:
    // What belongs to no IKE SA, or to one that is not proven, anybody may have caused.
    bool suppresses(const ike::Report& report);
    void say(ike::Level level, const std::string& text);

    bool debug_;
    spdlog::sink_ptr main_;
    std::shared_ptr<spdlog::sinks::dist_sink_mt> files_;
    std::shared_ptr<LogQueue> queue_ = std::make_shared<LogQueue>();  // to the files
    std::set<std::string> used_;                                      // paths that were opened before
    std::shared_ptr<spdlog::logger> logger_;
    std::mutex mutex_;
    Listener listener_;
    ike::TokenBucket strangers_{10, 100};
    std::uint64_t suppressed_ = 0;
};

}  // namespace xfrmd::daemon
