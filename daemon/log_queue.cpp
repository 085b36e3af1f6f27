#include "daemon/log_queue.h"

#include <condition_variable>
#include <deque>
#include <optional>
#include <system_error>
#include <utility>

#include <spdlog/details/log_msg_buffer.h>

namespace xfrmd::daemon {

namespace {

// For what an idle disk takes to close files.
constexpr std::chrono::milliseconds kPatience{100};

struct Entry {
    spdlog::sink_ptr sink;
    std::optional<spdlog::details::log_msg_buffer> message;  // none: let go of the sink
};

std::size_t octets_of(const Entry& entry) {
    return sizeof entry + (entry.message ? entry.message->payload.size() : std::size_t{0});
}

}  // namespace

struct LogQueue::State {
    std::mutex mutex;
    std::condition_variable has_news;
    std::condition_variable is_idle;
    std::deque<Entry> waiting;
    std::size_t octets = 0;  // of what waits
    bool is_writing = false;
    bool has_ended = false;
};

LogQueue::LogQueue() : state_(std::make_shared<State>()) {}

LogQueue::~LogQueue() {
    const bool is_done = flush(kPatience);
    {
        const std::lock_guard lock(state_->mutex);
        state_->has_ended = true;
    }
    state_->has_news.notify_one();
    if (!thread_.joinable()) return;
    if (is_done) {
        thread_.join();
    } else {
        thread_.detach();
    }
}

bool LogQueue::start() {
    const std::lock_guard lock(starting_);
    if (thread_.joinable()) return true;
    try {
        thread_ = std::thread([state = state_] { run(state); });
    } catch (const std::system_error&) {
        return false;
    }
    return true;
}

bool LogQueue::put(const spdlog::sink_ptr& sink, const spdlog::details::log_msg& message) {
    if (!start()) return false;
    Entry entry{sink, spdlog::details::log_msg_buffer(message)};
    {
        const std::lock_guard lock(state_->mutex);
        const std::size_t octets = state_->octets + octets_of(entry);
        if (octets > kMostOctets) return false;
        state_->octets = octets;
        state_->waiting.push_back(std::move(entry));
    }
    state_->has_news.notify_one();
    return true;
}

// Room or not: there are no more of these than sinks were made.
void LogQueue::release(spdlog::sink_ptr sink) {
    if (!start()) return;
    {
        const std::lock_guard lock(state_->mutex);
        state_->waiting.push_back({std::move(sink), std::nullopt});
        state_->octets += octets_of(state_->waiting.back());
    }
    state_->has_news.notify_one();
}

bool LogQueue::flush(std::chrono::milliseconds patience) {
    std::unique_lock lock(state_->mutex);
    const auto is_idle = [this] { return state_->waiting.empty() && !state_->is_writing; };
    return state_->is_idle.wait_for(lock, patience, is_idle);
}

void LogQueue::run(const std::shared_ptr<State>& state) {
    std::unique_lock lock(state->mutex);
    while (true) {
        state->has_news.wait(lock, [&] { return !state->waiting.empty() || state->has_ended; });
        if (state->waiting.empty()) return;
        std::optional<Entry> entry(std::move(state->waiting.front()));
        state->waiting.pop_front();
        state->octets -= octets_of(*entry);
        state->is_writing = true;
        lock.unlock();
        try {
            if (entry->message) entry->sink->log(*entry->message);
        } catch (const std::exception&) {  // no memory for this line, which nobody can be told of
        }
        entry.reset();
        lock.lock();
        state->is_writing = false;
        if (state->waiting.empty()) state->is_idle.notify_all();
    }
}

}  // namespace xfrmd::daemon
