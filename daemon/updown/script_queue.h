// Whose turn it is: scripts of one subject run one after the other, in the order they came, those of several beside
// each other, so many at once. Main thread only; nothing of it waits.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "daemon/log.h"
#include "daemon/updown/script_run.h"

namespace xfrmd::daemon::updown {

class ScriptQueue {
public:
    static constexpr std::size_t kMostAtOnce = 8;

    // `limit`: of each run. `io` and `log` outlive this, and `io` does not run any more once this has gone. Scripts
    // that still run then are killed.
    ScriptQueue(asio::io_context& io, Log& log, std::chrono::seconds limit) : io_(io), log_(log), limit_(limit) {}

    // `line` is for withdraw().
    void add(const std::string& subject, std::uint64_t line, Script script);
    // Scripts of this line whose turn has not come are forgotten. Returns how many.
    std::size_t withdraw(const std::string& subject, std::uint64_t line);
    // Called when there is nothing to run any more, now or later, once.
    void when_idle(std::function<void()> idle);
    std::size_t size() const { return waiting_ + running_.size(); }
    // How many runs the last one that waits has to wait for, as far as that is known.
    std::size_t turns() const;
    // With scripts that wait or run; some perhaps twice.
    std::vector<std::string> subjects() const;

private:
    struct Turn {
        std::uint64_t line = 0;
        Script script;
    };
    using Subjects = std::map<std::string, std::deque<Turn>>;
    struct Running {
        Subjects::iterator subject;
        std::unique_ptr<ScriptRun> run;
    };

    void start();
    void end(std::list<Running>::iterator running);

    asio::io_context& io_;
    Log& log_;
    std::chrono::seconds limit_;
    Subjects subjects_;  // with scripts that wait, or one that runs
    std::size_t waiting_ = 0;
    std::deque<Subjects::iterator> ready_;  // none of whose scripts runs, though some wait
    std::list<Running> running_;
    std::function<void()> idle_;
};

}  // namespace xfrmd::daemon::updown
