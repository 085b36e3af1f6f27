#include "daemon/pkcs11/token_thread.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace xfrmd::daemon::pkcs11 {

struct TokenThread::Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Work> waiting;
    bool ending = false;
    bool ended = false;
    std::unique_ptr<Access> access;  // the thread's own
};

TokenThread::TokenThread(std::unique_ptr<Access> access) : shared_(std::make_shared<Shared>()) {
    shared_->access = std::move(access);
    thread_ = std::thread([shared = shared_] { run(shared); });
}

bool TokenThread::post(Work work) {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->ending || shared_->waiting.size() >= kMostWaiting) return false;
    shared_->waiting.push_back(std::move(work));
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

void TokenThread::run(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    for (;;) {
        shared->changed.wait(lock, [&] { return shared->ending || !shared->waiting.empty(); });
        if (shared->ending) break;
        const Work work = std::move(shared->waiting.front());
        shared->waiting.pop_front();
        lock.unlock();
        work(*shared->access);
        lock.lock();
    }
    // What waited goes, and may lead to this very queue.
    std::deque<Work> left;
    left.swap(shared->waiting);
    lock.unlock();
    left.clear();
    shared->access.reset();
    lock.lock();
    shared->ended = true;
    shared->changed.notify_all();
}

}  // namespace xfrmd::daemon::pkcs11
