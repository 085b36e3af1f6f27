#include "daemon/pkcs11/token_thread.h"

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace xfrmd::daemon::pkcs11 {

struct TokenThread::Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Work> first;
    std::deque<Work> waiting;
    bool ending = false;
    bool ended = false;
    std::unique_ptr<Access> access;  // the thread's own
};

TokenThread::TokenThread(std::unique_ptr<Access> access) : shared_(std::make_shared<Shared>()) {
    shared_->access = std::move(access);
    thread_ = std::thread([shared = shared_] { run(shared); });
}

bool TokenThread::post(Work work, Turn turn) {
    const std::lock_guard lock(shared_->mutex);
    auto& queue = turn == Turn::first ? shared_->first : shared_->waiting;
    if (shared_->ending || queue.size() >= kMostWaiting) return false;
    queue.push_back(std::move(work));
    shared_->changed.notify_all();
    return true;
}

bool TokenThread::end(std::chrono::milliseconds patience) {
    if (!thread_.joinable()) return true;
    std::unique_lock lock(shared_->mutex);
    shared_->ending = true;
    shared_->changed.notify_all();
    const bool ended = shared_->changed.wait_for(lock, patience, [this] { return shared_->ended; });
    lock.unlock();
    if (ended) {
        thread_.join();
    } else {
        thread_.detach();
    }
    return ended;
}

// Work goes without the lock, as it may lead to this very queue.
void TokenThread::run(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    for (;;) {
        shared->changed.wait(lock,
                             [&] { return shared->ending || !shared->first.empty() || !shared->waiting.empty(); });
        if (shared->ending) break;
        auto& queue = shared->first.empty() ? shared->waiting : shared->first;
        Work work = std::move(queue.front());
        queue.pop_front();
        lock.unlock();
        work(*shared->access);
        work = nullptr;
        lock.lock();
    }
    std::array<std::deque<Work>, 2> left;
    left[0].swap(shared->first);
    left[1].swap(shared->waiting);
    lock.unlock();
    left = {};
    shared->access.reset();
    lock.lock();
    shared->ended = true;
    shared->changed.notify_all();
}

}  // namespace xfrmd::daemon::pkcs11
