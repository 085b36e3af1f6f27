// One connection's side of the talk, without the socket: bytes in, texts to dispatch, replies in, bytes out. Here live
// the limits of a connection: it takes no further request while many are open or much output is unread, and it is over
// when the reader has let too much pile up, when the framing is lost, or when the caller has closed its side and has
// been answered.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/api/json_splitter.h"
#include "daemon/api/limits.h"
#include "daemon/api/rpc.h"

namespace xfrmd::daemon::api {

class Conversation {
public:
    void received(std::string_view bytes);
    // The caller has closed its side; what it asked before is still answered.
    void received_end();
    // Says one thing and ends.
    void refuse(const ApiError& error);

    // The next request text to handle; nullopt where there is none, or none is taken for now.
    std::optional<std::string> next_text();
    void started(std::size_t requests) { in_flight_ += requests; }
    void replied(const Reply& reply);

    // A line that was not asked for. Only while takes_events(): who does not read gets no more of them.
    void tell(std::string_view line) { say(line); }
    bool takes_events() const { return !ending_ && unsent() <= kEventPauseBytes; }
    // Nothing is asked, nothing is unread, and more may come.
    bool is_idle() const { return !ending_ && in_flight_ == 0 && unsent() == 0; }
    // The caller has begun to ask something.
    bool holds_text() const { return splitter_.holds_text(); }

    // What is to be written next, empty for nothing. Stays where it is until sent() has told how much of it was
    // written.
    std::string_view outgoing();
    void sent(std::size_t count) { sent_ += count; }

    bool wants_input() const { return !ending_ && !is_held(); }
    bool is_over() const;
    // All that was read before the end has been given out.
    bool is_exhausted() const { return exhausted_; }

private:
    bool is_held() const { return in_flight_ >= kMaxInFlight || unsent() > kOutputPauseBytes; }
    std::size_t unsent() const { return sending_.size() - sent_ + queued_.size(); }
    void say(std::string_view line);

    JsonSplitter splitter_;
    std::string sending_;
    std::size_t sent_ = 0;  // of sending_
    std::string queued_;    // behind it
    std::size_t in_flight_ = 0;
    bool ending_ = false;     // nothing more is read
    bool exhausted_ = false;  // and what was read has been given out
};

}  // namespace xfrmd::daemon::api
