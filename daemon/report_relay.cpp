#include "daemon/report_relay.h"

#include <utility>

#include <asio/dispatch.hpp>
#include <asio/post.hpp>

#include "daemon/sa_events.h"

namespace xfrmd::daemon {

void ReportRelay::take(const ike::Report& report, const std::optional<api::IkeSaView>& sa) {
    const bool is_told = log_.write(report) && report.level != ike::Level::debug;
    if (auto event = event_of(report)) {
        asio::dispatch(io_, [this, event = std::move(*event)] { events_.publish(event); });
    }
    if (!is_followed_ || (!is_told && report.milestone.turn == ike::Turn::none)) return;
    asio::dispatch(io_, [this, report, sa] {
        if (follower_ != nullptr) follower_->on_report(report, sa);
        look_at_follower();
    });
}

void ReportRelay::follow(vici::ReportFollower* follower) {
    follower_ = follower;
    look_at_follower();
    if (follower == nullptr) return log_.listen(nullptr);
    log_.listen([this](ike::Level level, const std::string& text) {
        if (!is_followed_) return;
        asio::post(io_, [this, level, text] {
            if (follower_ != nullptr) follower_->on_line(level, text);
        });
    });
}

}  // namespace xfrmd::daemon
