#include "daemon/updown/script_run.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/post.hpp>

#include "daemon/descriptor.h"
#include "daemon/spawn.h"

namespace xfrmd::daemon::updown {

namespace {

using asio::posix::stream_descriptor;

// False, and the descriptor is closed, where the loop cannot take it.
bool assign(stream_descriptor& to, Descriptor descriptor) {
    if (!descriptor.is_open()) return false;
    std::error_code error;
    to.assign(descriptor.number(), error);
    if (!error) descriptor.release();
    return !error;
}

}  // namespace

ScriptRun::ScriptRun(asio::io_context& io, Log& log, Script script, std::chrono::seconds limit, Ended ended)
    : io_(io),
      log_(log),
      script_(std::move(script)),
      ended_(std::move(ended)),
      said_([this](const std::string& line) { log_.info(script_.what + ": " + line); }),
      output_(io),
      gone_(io),
      limit_(io) {
    if (!start()) {
        end();
        return;
    }
    limit_.expires_after(limit);
    limit_.async_wait([this, limit](const std::error_code& error) {
        if (error || pid_ < 0) return;
        log_.warning(script_.what + " has not ended within " + std::to_string(limit.count()) + " s, and is killed");
        kill_group();
    });
}

ScriptRun::~ScriptRun() {
    if (pid_ < 0) return;
    kill_group();
    waitpid(pid_, nullptr, WNOHANG);
}

bool ScriptRun::start() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        log_.error(script_.what + ": cannot make a pipe: " + std::generic_category().message(errno));
        return false;
    }
    Descriptor ours(ends[0]);
    const Descriptor theirs(ends[1]);
    const auto pid = spawn({"/bin/sh", {"-c", script_.command}, script_.environment, -1, theirs.number()});
    if (!pid) {
        log_.error(script_.what + ": " + pid.error());
        return false;
    }
    pid_ = *pid;
    if (watch(ours.release())) return true;
    log_.error(script_.what + " cannot be watched for lack of descriptors, and is killed");
    kill_group();
    waitpid(std::exchange(pid_, -1), nullptr, 0);
    return false;
}

bool ScriptRun::watch(int output) {
    if (!assign(output_, Descriptor(output))) return false;
    if (!assign(gone_, Descriptor(watch_process(pid_)))) return false;
    output_.non_blocking(true);
    read();
    gone_.async_wait(stream_descriptor::wait_read, [this](const std::error_code& error) {
        if (!error && pid_ > 0) reap();
    });
    return true;
}

// Who says more than is shown is read all the same: it has its work to do.
void ScriptRun::read() {
    output_.async_read_some(asio::buffer(buffer_), [this](const std::error_code& error, std::size_t count) {
        if (error || pid_ < 0) return;
        said_.take({buffer_.data(), count});
        read();
    });
}

// What it has said last. Others may hold the other end for longer, and are not waited for.
void ScriptRun::drain() {
    constexpr int kMostReads = 8;
    std::error_code error;
    for (int i = 0; i < kMostReads && !error; ++i) {
        const std::size_t count = output_.read_some(asio::buffer(buffer_), error);
        said_.take({buffer_.data(), count});
    }
}

void ScriptRun::reap() {
    int status = 0;
    const pid_t reaped = waitpid(pid_, &status, WNOHANG);
    if (reaped == 0) return;
    pid_ = -1;
    drain();
    said_.end();
    if (reaped > 0 && status != 0) log_.warning(script_.what + " " + words_for_end(status));
    end();
}

// In a later turn: handlers whose turn has come already find all this still there.
void ScriptRun::end() {
    std::error_code ignored;
    limit_.cancel();
    output_.close(ignored);
    gone_.close(ignored);
    asio::post(io_, [this] { ended_(); });
}

// Its children, too, as far as they have not left its group.
void ScriptRun::kill_group() const { ::kill(-pid_, SIGKILL); }

}  // namespace xfrmd::daemon::updown
