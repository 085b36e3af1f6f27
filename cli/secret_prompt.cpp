#include "cli/secret_prompt.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <string_view>

namespace xfrmd::cli {

namespace {

// The terminal, whatever standard input and output are.
class Terminal {
public:
    Terminal() : fd_(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {}
    ~Terminal() {
        if (is_silent_) tcsetattr(fd_, TCSAFLUSH, &before_);
        if (fd_ >= 0) close(fd_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    // False where there is none, or it would show what is typed.
    bool silence() {
        if (fd_ < 0 || tcgetattr(fd_, &before_) != 0) return false;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        is_silent_ = tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
        return is_silent_;
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

}  // namespace

std::optional<base::SecretBytes> ask_secret(const std::string& prompt) {
    Terminal terminal;
    if (!terminal.silence()) return std::nullopt;
    terminal.say(prompt);
    auto secret = terminal.line();
    terminal.say("\n");
    return secret;
}

}  // namespace xfrmd::cli
