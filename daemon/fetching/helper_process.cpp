#include "daemon/fetching/helper_process.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iterator>
#include <system_error>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/write.hpp>

#include "daemon/descriptor.h"
#include "daemon/spawn.h"

namespace xfrmd::daemon {

namespace {

std::string message_of(int code) { return std::generic_category().message(code); }

bool is_socket(const std::string& path) {
    struct stat found{};
    return stat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode);
}

// Somebody else starts it then, with less than we have. Where so many wait that there is no room, that is an error.
tl::expected<Descriptor, std::string> connect_to(const std::string& path) {
    Descriptor link(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const asio::local::stream_protocol::endpoint there(path);
    if (link.is_open() && connect(link.number(), there.data(), static_cast<socklen_t>(there.size())) == 0) return link;
    return tl::unexpected("cannot connect to " + path + ": " + message_of(errno));
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
    auto ours = is_socket(path_) ? connect_to(path_) : run();
    if (!ours) return tl::unexpected(ours.error());
    std::error_code error;
    link_.assign(asio::local::stream_protocol(), ours->number(), error);
    if (error) {
        kill();
        return tl::unexpected("cannot listen to " + path_ + ": " + error.message());
    }
    ours->release();
    ++starts_;
    read();
    return {};
}

tl::expected<Descriptor, std::string> HelperProcess::run() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return tl::unexpected("cannot make a pair of sockets: " + message_of(errno));
    }
    Descriptor ours(ends[0]);
    const Descriptor theirs(ends[1]);
    const auto pid = spawn({path_, {}, {}, theirs.number()});
    if (!pid) return tl::unexpected(pid.error());
    adopt(*pid);
    return ours;
}

// Where there is no descriptor to be had for it, it is looked for when this ends.
void HelperProcess::adopt(pid_t pid) {
    children_.push_back({pid, asio::posix::stream_descriptor(io_)});
    const auto child = std::prev(children_.end());
    const int gone = watch_process(pid);
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
    if (reaped > 0 && !child->is_killed) log_.warning(path_ + " " + words_for_end(status));
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
