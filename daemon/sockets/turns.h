// Work for those who manage the daemon, one piece at a pass of the event loop: between two pieces comes all else that
// the loop has to do, IKE's datagrams and the kernel's answers, however many clients there are and however much they
// ask. In the order in which it came. One for all sockets; on the thread that runs the io_context, which outlives it.
#pragma once

#include <deque>
#include <functional>

#include <asio/io_context.hpp>

namespace xfrmd::daemon {

class Turns {
public:
    explicit Turns(asio::io_context& io) : io_(io) {}
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;

    // A piece is short: a few hundred microseconds.
    void add(std::function<void()> piece);

private:
    void post();
    void run_one();

    asio::io_context& io_;
    std::deque<std::function<void()>> pieces_;
};

}  // namespace xfrmd::daemon
