// What engines report, from any thread, to those who want to know: the log, the events of the management API, and who
// follows vici's events.
#pragma once

#include <atomic>
#include <optional>

#include <asio/io_context.hpp>

#include "daemon/api/event_log.h"
#include "daemon/log.h"
#include "daemon/vici/port.h"

namespace xfrmd::daemon {

class ReportRelay {
public:
    // All outlive it; `io` is the main thread's.
    ReportRelay(asio::io_context& io, Log& log, api::EventLog& events) : io_(io), log_(log), events_(events) {}

    // From any thread. `sa`: as of Outside::report().
    void take(const ike::Report& report, const std::optional<api::IkeSaView>& sa);
    bool is_followed() const { return is_followed_; }

    // Main thread. nullptr: nobody follows any more.
    void follow(vici::ReportFollower* follower);
    // The follower wants reports now, or no longer.
    void look_at_follower() { is_followed_ = follower_ != nullptr && follower_->wants_reports(); }

private:
    asio::io_context& io_;
    Log& log_;
    api::EventLog& events_;
    vici::ReportFollower* follower_ = nullptr;
    std::atomic<bool> is_followed_ = false;
};

}  // namespace xfrmd::daemon
