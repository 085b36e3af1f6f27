#include "daemon/fetching/helper_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iterator>
#include <system_error>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/write.hpp>

#include "daemon/sockets/socket_file.h"

namespace xfrmd::daemon {

namespace {

std::string message_of(int code) { return std::generic_category().message(code); }

// What a new process gets, in place of ours.
class Spawning {
public:
    explicit Spawning(int link) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_adddup2(&actions_, link, STDIN_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        posix_spawnattr_init(&attributes_);
        sigset_t all{};
        sigset_t none{};
        sigfillset(&all);
        sigemptyset(&none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        // A group of its own: what a terminal sends to the daemon is not for it.
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    }
    ~Spawning() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    Spawning(const Spawning&) = delete;
    Spawning& operator=(const Spawning&) = delete;

    tl::expected<pid_t, std::string> run(const std::string& path) const {
        std::string name = path;
        std::array<char*, 2> arguments{name.data(), nullptr};
        std::array<char*, 1> environment{nullptr};
        pid_t pid = 0;
        const int code = posix_spawn(&pid, path.c_str(), &actions_, &attributes_, arguments.data(), environment.data());
        if (code != 0) return tl::unexpected("cannot run " + path + ": " + message_of(code));
        return pid;
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

std::string words_for(int status) {
    if (WIFSIGNALED(status)) return "was ended by signal " + std::to_string(WTERMSIG(status));
    return "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

HelperProcess::HelperProcess(asio::io_context& io, Log& log, std::string path, Hear hear, End ended)
    : io_(io), log_(log), path_(std::move(path)), hear_(std::move(hear)), ended_(std::move(ended)), link_(io) {}

HelperProcess::~HelperProcess() {
    kill();
    for (const Child& child : children_) {
        while (waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) continue;
    }
}

tl::expected<void, std::string> HelperProcess::start() {
    kill();
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return tl::unexpected("cannot make a pair of sockets: " + message_of(errno));
    }
    Descriptor ours(ends[0]);
    const Descriptor theirs(ends[1]);
    const auto pid = Spawning(theirs.number()).run(path_);
    if (!pid) return tl::unexpected(pid.error());
    adopt(*pid);
    std::error_code error;
    link_.assign(asio::local::stream_protocol(), ours.number(), error);
    if (error) {
        kill();
        return tl::unexpected("cannot listen to " + path_ + ": " + error.message());
    }
    ours.release();
    ++starts_;
    read();
    return {};
}

// Where there is no descriptor to be had for it, it is looked for when this ends.
void HelperProcess::adopt(pid_t pid) {
    children_.push_back({pid, asio::posix::stream_descriptor(io_)});
    const auto child = std::prev(children_.end());
    // Not pidfd_open(): glibc 2.36 declares it for C alone.
    const int gone = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (gone < 0) return;
    std::error_code error;
    child->gone.assign(gone, error);
    if (error) {
        close(gone);
        return;
    }
    child->gone.async_wait(asio::posix::stream_descriptor::wait_read, [this, child](const std::error_code& failed) {
        if (!failed) reap(child);
    });
}

void HelperProcess::reap(std::list<Child>::iterator child) {
    int status = 0;
    const pid_t reaped = waitpid(child->pid, &status, WNOHANG);
    if (reaped == 0) return;
    // Where somebody else has waited for it, its number may be another process's by now.
    if (reaped > 0 && !child->is_killed) log_.warning(path_ + " " + words_for(status));
    children_.erase(child);
}

void HelperProcess::read() {
    link_.async_read_some(asio::buffer(buffer_),
                          [this, start = starts_](const std::error_code& error, std::size_t count) {
                              if (start != starts_ || !runs()) return;
                              if (!error) {
                                  hear_({buffer_.data(), count});
                                  if (start == starts_ && runs()) read();
                                  return;
                              }
                              close_link();
                              ended_("the program that fetches has ended");
                          });
}

void HelperProcess::send(base::Bytes bytes) {
    unsent_.push_back(std::move(bytes));
    if (!is_writing_) write();
}

void HelperProcess::write() {
    if (unsent_.empty() || !runs()) return;
    is_writing_ = true;
    asio::async_write(link_, asio::buffer(unsent_.front()),
                      [this, start = starts_](const std::error_code& error, std::size_t) {
                          if (start != starts_ || !runs()) return;
                          is_writing_ = false;
                          if (error) return;  // the end is read, too
                          unsent_.pop_front();
                          write();
                      });
}

void HelperProcess::kill() {
    if (runs() && !children_.empty()) children_.back().is_killed = true;
    close_link();
}

// Who has closed its end has mostly ended. One that has ended already ends as it did.
void HelperProcess::close_link() {
    std::error_code ignored;
    link_.close(ignored);
    unsent_.clear();
    is_writing_ = false;
    ++starts_;
    for (const Child& child : children_) ::kill(child.pid, SIGKILL);
}

}  // namespace xfrmd::daemon
