// Everything of the daemon that deals with the kernel: the port, the books of what is wanted there, tunnels and the
// queue into them, and the watch over what the kernel really has. Main thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <tl/expected.hpp>

#include "daemon/log.h"
#include "daemon/tunnel_queue.h"
#include "daemon/tunnels.h"
#include "netlink/books.h"
#include "netlink/reconciler.h"

namespace xfrmd::daemon {

enum class KernelChoice : std::uint8_t { linux_xfrm, memory };

class KernelSide {
public:
    // A tunnel whose SAs have gone from the kernel, by whoever's hand.
    using OnBroken = std::function<void(const TunnelOwner&)>;

    // Opens the kernel, and takes over what an earlier process left there. `io` and `log` outlive it. The error is one
    // sentence.
    static tl::expected<std::unique_ptr<KernelSide>, std::string> open(asio::io_context& io, Log& log,
                                                                       KernelChoice choice, OnBroken on_broken);

    Tunnels& tunnels() { return tunnels_; }
    TunnelQueue& queue() { return queue_; }
    // Compares and repairs now. Error: the kernel could not be listed.
    netlink::KernelResult<netlink::Drift> reconcile();
    // Removes everything of ours.
    void clean();

private:
    KernelSide(asio::io_context& io, Log& log, std::unique_ptr<netlink::Kernel> kernel, OnBroken on_broken);
    void inherit();
    void reconcile_later();
    void retire_later();
    void retire();

    Log& log_;
    OnBroken on_broken_;
    std::unique_ptr<netlink::Kernel> kernel_;
    netlink::Books books_;
    netlink::Reconciler reconciler_;
    Tunnels tunnels_;
    TunnelQueue queue_;
    asio::steady_timer reconcile_timer_;
    asio::steady_timer retire_timer_;
};

}  // namespace xfrmd::daemon
