// Waits in the loop for what the kernel tells unasked: acquires, expiries and mappings, and what others change. A
// source that fails is opened anew, as long as it takes, and what was missed meanwhile told as an OverrunEvent. Main
// thread only.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include "netlink/event_socket.h"

namespace xfrmd::daemon {

class KernelEvents {
public:
    using Visitor = std::function<void(netlink::Event&&)>;
    // Once for each time that a source fails, however long it takes to open it again.
    using OnFailure = std::function<void(const netlink::KernelError&)>;

    // As netlink::EventSocket is.
    class Feed {
    public:
        virtual ~Feed() = default;
        virtual int fd() const = 0;
        virtual netlink::KernelResult<void> read(const Visitor& visitor) = 0;
    };
    using Opener = std::function<netlink::KernelResult<std::unique_ptr<Feed>>()>;

    // `io` outlives it, and does not run any more when it goes. `visitor` and `on_failure` are called within the loop.
    KernelEvents(asio::io_context& io, Visitor visitor, OnFailure on_failure,
                 std::chrono::milliseconds pause = std::chrono::seconds(1))
        : io_(io), visitor_(std::move(visitor)), on_failure_(std::move(on_failure)), pause_(pause) {}
    KernelEvents(const KernelEvents&) = delete;
    KernelEvents& operator=(const KernelEvents&) = delete;

    // Linux's sockets. `own_sender`: XfrmKernel::sender(), whose changes are not told.
    netlink::KernelResult<void> open(std::uint32_t own_sender);
    netlink::KernelResult<void> add(Opener opener);
    // Nothing is called any more. What is in the loop's queue already still finds its source.
    void close();

private:
    struct Source {
        explicit Source(asio::io_context& io) : descriptor(io), timer(io) {}
        ~Source() { release(); }
        Source(const Source&) = delete;
        Source& operator=(const Source&) = delete;
        // The feed closes it.
        void release() {
            if (descriptor.is_open()) descriptor.release();
        }

        Opener opener;
        std::unique_ptr<Feed> feed;
        asio::posix::stream_descriptor descriptor;
        asio::steady_timer timer;
    };

    static netlink::KernelResult<void> open(Source& source);
    void wait(Source& source);
    void reopen_later(Source& source);

    asio::io_context& io_;
    Visitor visitor_;
    OnFailure on_failure_;
    std::chrono::milliseconds pause_;
    bool closed_ = false;
    std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace xfrmd::daemon
