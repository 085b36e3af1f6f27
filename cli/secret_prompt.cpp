#include "cli/secret_prompt.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

#include "cli/pki/held_signals.h"

namespace xfrmd::cli {

namespace {

// The terminal, whatever standard input and output are.
class Terminal {
public:
    Terminal() : fd_(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {}
    ~Terminal() {
        restore();
        if (fd_ >= 0) close(fd_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    int fd() const { return fd_; }
    // False where there is none, or it would show what is typed.
    bool silence() {
        if (fd_ < 0 || tcgetattr(fd_, &before_) != 0) return false;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        is_silent_ = tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
        return is_silent_;
    }
    void restore() {
        if (std::exchange(is_silent_, false)) tcsetattr(fd_, TCSAFLUSH, &before_);
    }
    void say(std::string_view text) const {
        // A prompt that is not seen is no reason to stop.
        [[maybe_unused]] const auto written = ::write(fd_, text.data(), text.size());
    }
    // At the end of a line; a terminal gives whole ones.
    std::optional<base::SecretBytes> line() const {
        constexpr std::size_t kLongest = 1024;
        base::SecretBytes buffer(kLongest);
        const auto count = ::read(fd_, buffer.writable().data(), buffer.size());
        if (count < 2 || buffer.view()[static_cast<std::size_t>(count) - 1] != '\n') return std::nullopt;
        return buffer.slice(0, static_cast<std::size_t>(count) - 1);
    }

private:
    int fd_;
    bool is_silent_ = false;
    termios before_{};
};

// Signals that are held, to be read.
class SignalQueue {
public:
    explicit SignalQueue(const sigset_t& signals) : fd_(signalfd(-1, &signals, SFD_CLOEXEC)) {}
    ~SignalQueue() {
        if (fd_ >= 0) close(fd_);
    }
    SignalQueue(const SignalQueue&) = delete;
    SignalQueue& operator=(const SignalQueue&) = delete;

    // Waits for whichever comes first; 0: something can be read from `fd`.
    int next_before(int fd) const {
        pollfd both[] = {{fd, POLLIN, 0}, {fd_, POLLIN, 0}};
        while (poll(both, 2, -1) < 0 && errno == EINTR) {
        }
        signalfd_siginfo info{};
        const bool came = (both[1].revents & POLLIN) != 0 && ::read(fd_, &info, sizeof info) == sizeof info;
        return came ? static_cast<int>(info.ssi_signo) : 0;
    }

private:
    int fd_;
};

struct Answer {
    std::optional<base::SecretBytes> secret;
    int signal = 0;  // came before it
};

// Whatever comes meanwhile, the terminal shows again what is typed before anybody acts on it.
Answer ask_once(const std::string& prompt) {
    const pki::HeldSignals held;
    const SignalQueue signals(held.set());
    Terminal terminal;
    if (!terminal.silence()) return {};
    terminal.say(prompt);
    Answer answer;
    answer.signal = signals.next_before(terminal.fd());
    if (answer.signal == 0) answer.secret = terminal.line();
    terminal.say("\n");
    return answer;
}

}  // namespace

std::optional<base::SecretBytes> ask_secret(const std::string& prompt) {
    for (;;) {
        Answer answer = ask_once(prompt);
        if (answer.signal == 0) return std::move(answer.secret);
        // Ends us, or stops us for a while (Ctrl-Z), or is ignored.
        std::raise(answer.signal);
    }
}

}  // namespace xfrmd::cli
