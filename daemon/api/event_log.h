// The recent events, kept once for all who follow them, and the revision: a number that grows with every change of
// state, over restarts of the daemon too, as it begins with the time of the start (unless the clock was set back).
// Bounded; what is forgotten is known. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "daemon/api/event.h"

namespace xfrmd::daemon::api {

class EventLog {
public:
    explicit EventLog(std::uint64_t first_revision = 0) : revision_(first_revision), forgotten_(first_revision) {}
    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;

    std::uint64_t revision() const { return revision_; }
    // Something has changed that is no event.
    void count_change() { ++revision_; }
    // Gives it its revision and the time, and calls the listener, which must not publish anything itself.
    void publish(Event event);
    // nullptr: nobody listens any more.
    void listen(std::function<void()> listener) { listener_ = std::move(listener); }

    // The first event of these topics above `cursor`, nullptr where there is none yet. Moves the cursor behind what was
    // looked at. Good until the next publish().
    const Event* next(std::uint64_t& cursor, Topics topics) const;
    // The revision of the last event of these topics; 0 for none.
    std::uint64_t newest(Topics topics) const;
    // Events up to this revision are not kept any more.
    std::uint64_t forgotten() const { return forgotten_; }

    // Places for subscribers. False when all are taken.
    bool take_place();
    void give_back_place() { --subscribers_; }

private:
    std::uint64_t revision_;
    std::uint64_t forgotten_;
    std::deque<Event> events_;  // in order of revision
    std::function<void()> listener_;
    std::size_t subscribers_ = 0;
};

}  // namespace xfrmd::daemon::api
