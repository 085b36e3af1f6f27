#include "daemon/api/event_log.h"

#include <algorithm>
#include <utility>

#include "daemon/api/limits.h"

namespace xfrmd::daemon::api {

void EventLog::publish(Event event) {
    event.revision = ++revision_;
    event.time = std::chrono::system_clock::now();
    if (event.drift) event.drift->cut(kMaxSentencesOfEvent);
    events_.push_back(std::move(event));
    if (events_.size() > kMaxEvents) {
        forgotten_ = events_.front().revision;
        events_.pop_front();
    }
    if (listener_) listener_();
}

const Event* EventLog::next(std::uint64_t& cursor, Topics topics) const {
    const auto is_before = [](std::uint64_t revision, const Event& event) { return revision < event.revision; };
    for (auto at = std::upper_bound(events_.begin(), events_.end(), cursor, is_before); at != events_.end(); ++at) {
        cursor = at->revision;
        if (topics.has(topic_of(at->kind))) return &*at;
    }
    return nullptr;
}

std::uint64_t EventLog::newest(Topics topics) const {
    const auto found = std::find_if(events_.rbegin(), events_.rend(),
                                    [topics](const Event& event) { return topics.has(topic_of(event.kind)); });
    return found == events_.rend() ? 0 : found->revision;
}

bool EventLog::take_place() {
    if (subscribers_ >= kMaxSubscribers) return false;
    ++subscribers_;
    return true;
}

}  // namespace xfrmd::daemon::api
