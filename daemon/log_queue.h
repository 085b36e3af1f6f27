// Messages on their way to sinks that may make their caller wait, as disks do: one thread of its own writes them. What
// waits is bounded. May be used from any thread.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

#include <spdlog/sinks/sink.h>

#include "daemon/log_sink.h"

namespace xfrmd::daemon {

class LogQueue {
public:
    static constexpr std::size_t kMostOctets = 1 << 20;

    LogQueue();
    // Hardly waits: call flush() before. A disk that hangs keeps the thread.
    ~LogQueue();
    LogQueue(const LogQueue&) = delete;
    LogQueue& operator=(const LogQueue&) = delete;

    // False where there is no room.
    bool put(const spdlog::sink_ptr& sink, const spdlog::details::log_msg& message);
    // After all that was put there for it, the thread lets go of it: closing a file may take as long as writing.
    void release(spdlog::sink_ptr sink);
    // Waits until everything is written, so long at most. False where it is not.
    bool flush(std::chrono::milliseconds patience);

private:
    struct State;
    static void run(const std::shared_ptr<State>& state);
    bool start();

    std::shared_ptr<State> state_;  // the thread's as well, which may outlive this
    std::mutex starting_;
    std::thread thread_;  // from the first message on
};

class QueuedSink final : public LogSink {
public:
    QueuedSink(std::shared_ptr<LogQueue> queue, spdlog::sink_ptr slow)
        : queue_(std::move(queue)), slow_(std::move(slow)) {}
    ~QueuedSink() override { queue_->release(std::move(slow_)); }
    QueuedSink(const QueuedSink&) = delete;
    QueuedSink& operator=(const QueuedSink&) = delete;

private:
    bool put(const spdlog::details::log_msg& message, std::string_view) override { return queue_->put(slow_, message); }

    std::shared_ptr<LogQueue> queue_;
    spdlog::sink_ptr slow_;
};

}  // namespace xfrmd::daemon
