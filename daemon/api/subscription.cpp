#include "daemon/api/subscription.h"

#include "daemon/api/event_json.h"
#include "daemon/api/rpc_message.h"

namespace xfrmd::daemon::api {

bool Subscription::add(Topics topics, std::optional<std::uint64_t> since) {
    if (!is_active()) {
        if (!log_.take_place()) return false;
        cursor_ = log_.revision();
    }
    topics_.add(topics);
    if (since) cursor_ = *since == 0 ? log_.forgotten() : *since;
    return true;
}

void Subscription::remove(Topics topics) {
    const bool was_active = is_active();
    topics_.remove(topics);
    if (was_active && !is_active()) log_.give_back_place();
}

std::optional<std::string> Subscription::next() {
    if (!is_active()) return std::nullopt;
    if (cursor_ < log_.forgotten()) {
        const Lagged lagged{cursor_ + 1, log_.forgotten()};
        cursor_ = lagged.to;
        return notification_line(kLaggedNotification, encode(lagged));
    }
    const Event* event = log_.next(cursor_, topics_);
    if (event == nullptr) return std::nullopt;
    return notification_line(kEventNotification, encode(*event));
}

}  // namespace xfrmd::daemon::api
