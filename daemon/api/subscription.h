// What one connection follows: a set of topics and a place in the EventLog, which is the queue of all. A follower that
// is too slow costs nothing and holds up nobody: what the log has forgotten meanwhile, it is told as lagged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/api/event_log.h"

namespace xfrmd::daemon::api {

class Subscription {
public:
    // `log` outlives it.
    explicit Subscription(EventLog& log) : log_(log) {}
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() { remove(topics_); }

    // These topics as well. `since`: go on behind this revision with all topics; 0: with everything that is kept.
    // False, and nothing changed, when too many others follow already.
    bool add(Topics topics, std::optional<std::uint64_t> since);
    void remove(Topics topics);
    Topics topics() const { return topics_; }
    bool is_active() const { return !topics_.empty(); }

    // The next notification as one line without the newline; nullopt where there is none for now.
    std::optional<std::string> next();

private:
    EventLog& log_;
    Topics topics_;
    std::uint64_t cursor_ = 0;  // the last revision that was told
};

}  // namespace xfrmd::daemon::api
