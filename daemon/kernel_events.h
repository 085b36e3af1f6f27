// Waits in the loop for what the kernel tells unasked: acquires, expiries and mappings, and what others change.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include "netlink/event_socket.h"

namespace xfrmd::daemon {

class KernelEvents {
public:
    using Visitor = std::function<void(netlink::Event&&)>;

    // `io` outlives it. `visitor` is called within the loop.
    KernelEvents(asio::io_context& io, Visitor visitor) : io_(io), visitor_(std::move(visitor)) {}
    ~KernelEvents();
    KernelEvents(const KernelEvents&) = delete;
    KernelEvents& operator=(const KernelEvents&) = delete;

    // `own_sender`: XfrmKernel::sender(), whose changes are not told.
    netlink::KernelResult<void> open(std::uint32_t own_sender);
    void close();

private:
    struct Source {
        Source(asio::io_context& io, netlink::EventSocket opened)
            : socket(std::move(opened)), descriptor(io, socket.fd()) {}
        ~Source() { descriptor.release(); }  // the socket closes it
        Source(const Source&) = delete;
        Source& operator=(const Source&) = delete;

        netlink::EventSocket socket;
        asio::posix::stream_descriptor descriptor;
    };

    void add(netlink::EventSocket socket);
    void wait(Source& source);

    asio::io_context& io_;
    Visitor visitor_;
    std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace xfrmd::daemon
