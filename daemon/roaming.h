// Keeps paths to peers in line with this host's routing, for IKE SAs that can move (RFC 4555 3.5): after a change of
// addresses, links or routes it looks whether the paths in use still are any, and tells the engines where they lead
// now, and what addresses this host has (3.4). Main thread only.
#pragma once

#include <chrono>
#include <vector>

#include <asio/io_context.hpp>

#include "daemon/deadline.h"
#include "daemon/kernel_side.h"
#include "daemon/worker_pool.h"
#include "ike/actions.h"
#include "ike/inputs.h"

namespace xfrmd::daemon {

class Roaming {
public:
    // All outlive it.
    Roaming(asio::io_context& io, KernelSide& kernel, WorkerPool& pool);

    // Several changes that come together are one.
    void on_network_change();
    // The peer does not answer: whatever the path in use looks like, routing is asked.
    void seek(const ike::SeekPath& wish);

private:
    void tell_addresses();
    void look();
    void judge(const std::vector<ike::UsePath>& in_use) const;

    KernelSide& kernel_;
    WorkerPool& pool_;
    Deadline look_;
    std::vector<base::Address> told_;
    std::chrono::steady_clock::duration took_{};  // the last look, the engines' part of it too
};

}  // namespace xfrmd::daemon
