#include "daemon/log_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <ctime>
#include <system_error>

#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

ssize_t write_without_waiting(int fd, std::string_view text) {
    const ssize_t sent = send(fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0 || errno != ENOTSOCK) return sent;
    // A pipe that is ready has room for PIPE_BUF bytes.
    pollfd entry{fd, POLLOUT, 0};
    if (poll(&entry, 1, 0) != 1) {
        errno = EAGAIN;
        return -1;
    }
    return write(fd, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
}

int priority_of(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::trace:
        case spdlog::level::debug:
            return LOG_DEBUG;
        case spdlog::level::info:
            return LOG_INFO;
        case spdlog::level::warn:
            return LOG_WARNING;
        default:
            return LOG_ERR;
    }
}

// "<30>Feb  3 04:05:06 xfrmd[7]: "
std::string syslog_header(spdlog::level::level_enum level) {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    std::array<char, 32> when{};
    std::strftime(when.data(), when.size(), "%h %e %T", &local);
    return "<" + std::to_string(LOG_DAEMON | priority_of(level)) + ">" + when.data() + " xfrmd[" +
           std::to_string(getpid()) + "]: ";
}

}  // namespace

void LogSink::sink_it_(const spdlog::details::log_msg& message) {
    if (lost_ > 0) {
        const std::string text = std::to_string(lost_) + " lines of the log found no room, and are lost";
        if (put_message({message.time, {}, message.logger_name, spdlog::level::warn, text})) lost_ = 0;
    }
    if (lost_ > 0 || !put_message(message)) ++lost_;
}

bool LogSink::put_message(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    return put(message, {line.data(), line.size()});
}

bool DescriptorSink::put(const spdlog::details::log_msg&, std::string_view line) {
    const std::string whole = (is_cut_ ? "\n" : "") + std::string(line.substr(0, PIPE_BUF - 1));
    const ssize_t written = write_without_waiting(fd_, whole);
    if (written > 0) is_cut_ = whole[static_cast<std::size_t>(written) - 1] != '\n';
    return written == static_cast<ssize_t>(whole.size());
}

tl::expected<std::shared_ptr<FileSink>, std::string> FileSink::open(const LogFile& file, bool empties) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    constexpr mode_t kMode = 0640;
    Descriptor opened(::open(file.path.c_str(), kFlags | (empties ? O_TRUNC : 0), kMode));
    if (opened.is_open()) return std::make_shared<FileSink>(file, std::move(opened));
    return tl::unexpected("cannot log to " + base::printable(file.path) + ": " +
                          std::generic_category().message(errno));
}

bool FileSink::put(const spdlog::details::log_msg& message, std::string_view line) {
    std::string whole = time_of(message).append(line);
    if (whole.size() > PIPE_BUF) {
        whole.resize(PIPE_BUF);
        whole.back() = '\n';
    }
    return write_without_waiting(opened_.number(), whole) == static_cast<ssize_t>(whole.size());
}

// strongSwan's format with a blank behind it.
std::string FileSink::time_of(const spdlog::details::log_msg& message) const {
    if (file_.time_format.empty()) return {};
    constexpr std::size_t kLongest = 128;
    const std::time_t seconds = std::chrono::system_clock::to_time_t(message.time);
    std::tm local{};
    localtime_r(&seconds, &local);
    std::array<char, kLongest> text{};
    std::string time(text.data(), std::strftime(text.data(), text.size(), file_.time_format.c_str(), &local));
    if (file_.with_milliseconds) {
        const auto since =
            std::chrono::duration_cast<std::chrono::milliseconds>(message.time.time_since_epoch()).count();
        const std::string digits = std::to_string(since % 1000);
        time += "." + std::string(3 - digits.size(), '0') + digits;
    }
    return time + " ";
}

SyslogSink::~SyslogSink() {
    if (fd_ >= 0) close(fd_);
}

// Whoever serves the socket may have been started anew.
bool SyslogSink::put(const spdlog::details::log_msg& message, std::string_view line) {
    while (line.ends_with('\n')) line.remove_suffix(1);
    const std::string text = syslog_header(message.level).append(line);
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (fd_ < 0 && !connect()) return false;
        if (send(fd_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return true;
        if (errno == EAGAIN || errno == ENOBUFS || errno == EMSGSIZE) return false;
        close(fd_);
        fd_ = -1;
    }
    return false;
}

bool SyslogSink::connect() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) return false;
    std::copy(path_.begin(), path_.end(), address.sun_path);
    fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return false;
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
    close(fd_);
    fd_ = -1;
    return false;
}

}  // namespace xfrmd::daemon
