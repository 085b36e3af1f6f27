// Work that is due at the latest by some time: asked for again, the earlier time counts, however busy the loop is. Main
// thread only.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

namespace xfrmd::daemon {

class Deadline {
public:
    // `io` outlives it.
    Deadline(asio::io_context& io, std::function<void()> work) : timer_(io), work_(std::move(work)) {}

    void within(std::chrono::milliseconds delay) {
        const auto due = std::chrono::steady_clock::now() + delay;
        // One that has passed counts as well: its turn in the loop comes.
        if (due_ && *due_ <= due) return;
        due_ = due;
        timer_.expires_at(due);
        timer_.async_wait([this](const std::error_code& error) {
            if (error || !due_) return;  // cancelled, maybe when it was its turn already
            due_.reset();
            work_();
        });
    }
    void cancel() {
        timer_.cancel();
        due_.reset();
    }

private:
    asio::steady_timer timer_;
    std::function<void()> work_;
    std::optional<std::chrono::steady_clock::time_point> due_;
};

}  // namespace xfrmd::daemon
