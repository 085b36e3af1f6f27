// One run of a script: /bin/sh in a process group of its own, what it says going to the log, for so long at most. Main
// thread only; nothing of it waits.
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <functional>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include "daemon/log.h"
#include "daemon/updown/environment.h"
#include "daemon/updown/script_output.h"

namespace xfrmd::daemon::updown {

class ScriptRun {
public:
    // Called once, in a later turn of the loop: it has ended, or could not be run. Only then, or when `io` does not run
    // any more, may this be destroyed.
    using Ended = std::function<void()>;

    // `io` and `log` outlive it.
    ScriptRun(asio::io_context& io, Log& log, Script script, std::chrono::seconds limit, Ended ended);
    // Ends it, if it still runs. `ended` is not called.
    ~ScriptRun();
    ScriptRun(const ScriptRun&) = delete;
    ScriptRun& operator=(const ScriptRun&) = delete;

private:
    bool start();
    bool watch(int output);
    void read();
    void drain();
    void reap();
    void end();
    void kill_group() const;

    asio::io_context& io_;
    Log& log_;
    Script script_;
    Ended ended_;
    ScriptOutput said_;
    pid_t pid_ = -1;  // -1: it does not run, or has been waited for
    asio::posix::stream_descriptor output_;
    asio::posix::stream_descriptor gone_;  // readable once it has ended
    asio::steady_timer limit_;
    std::array<std::uint8_t, 16384> buffer_{};
};

}  // namespace xfrmd::daemon::updown
