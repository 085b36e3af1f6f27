// Work that may take long, done in a thread of its own, one piece at a time: what follows from it is done on the loop's
// thread. Main thread only.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <utility>

#include <asio/io_context.hpp>

namespace xfrmd::daemon {

class Background {
public:
    // Called in the other thread; what it returns is called on the loop's.
    using Work = std::function<std::function<void()>()>;
    // Called on the loop's thread where the work has thrown, or there is no thread for it, with why.
    using Failed = std::function<void(const std::string& why)>;

    Background(asio::io_context& io, Work work, Failed failed)
        : io_(io), work_(std::move(work)), failed_(std::move(failed)) {}
    // Waits for what is at work, whose result is lost.
    ~Background();
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    // While it is at work: once more afterwards, however often this is called.
    void run();
    bool is_running() const { return running_; }

private:
    std::function<void()> result() const;
    void finish(std::function<void()> then);

    asio::io_context& io_;
    Work work_;
    Failed failed_;
    std::thread thread_;
    bool running_ = false;
    bool again_ = false;
};

}  // namespace xfrmd::daemon
