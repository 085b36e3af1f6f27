// Runs the `updown` commands of children: once for each pair of selectors when a child SA has come up, and when it has
// gone for good; not when it is rekeyed, nor for SAs of single CPUs (RFC 9611). A child SA whose IKE SA has been
// authenticated again has come up before the old one goes, as with strongSwan. Children come up and go whatever their
// command does. Main thread only; nothing of it waits.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "daemon/kernel_side.h"
#include "daemon/updown/occasion.h"
#include "daemon/updown/script_queue.h"
#include "ike/child_install.h"

namespace xfrmd::daemon::updown {

// What is to be told of it once it is in the kernel; nothing where there is nothing to do.
struct Arrival {
    ike::ChildSaId child{};
    ike::ChildSaId replaces{};
    bool is_rekeying = false;
    bool is_of_cpu = false;
    Occasion occasion;  // without what the kernel's side knows
};
std::optional<Arrival> arrival_of(const ike::ChildInstall& child);

// What scripts that still run or wait have together when the daemon ends, by ScriptQueue::turns().
std::chrono::seconds patience_for(std::size_t turns);

class Updown {
public:
    // `io` and `log` outlive this, and `io` does not run any more once this has gone.
    Updown(asio::io_context& io, Log& log, std::chrono::seconds limit) : queue_(io, log, limit), log_(log), end_(io) {}

    // It is in the kernel.
    void is_up(Arrival arrival, KernelSide& kernel);
    void is_up(Arrival arrival);
    // It is not, any more. Nothing for one that is not known.
    void is_down(ike::ChildSaId child);
    // All have gone. `ended` is called when their scripts have ended, or have had their time together.
    void end(std::function<void()> ended);

private:
    // Child SAs that replaced each other.
    struct Line {
        std::size_t children = 0;
        Occasion occasion;
        std::string subject;
    };
    using Lines = std::map<ike::ChildSaId, Line>;  // by the first one

    void run_down(Lines::iterator line);

    ScriptQueue queue_;
    Log& log_;
    asio::steady_timer end_;
    Lines lines_;
    std::map<ike::ChildSaId, ike::ChildSaId> line_of_;  // each child's
};

}  // namespace xfrmd::daemon::updown
