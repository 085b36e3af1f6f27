#include "daemon/launch.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <system_error>
#include <utility>

namespace xfrmd::daemon {

namespace {

constexpr int kEndedWithoutAWord = 1;

tl::unexpected<std::string> cannot(const char* what) {
    return tl::unexpected(std::string("cannot ") + what + ": " + std::generic_category().message(errno));
}

// In the process that was started: waits for the daemon's word and ends with it.
[[noreturn]] void wait_for_word(const Descriptor& word) {
    std::uint8_t status = 0;
    ssize_t count = 0;
    do {
        count = read(word.number(), &status, sizeof status);
    } while (count < 0 && errno == EINTR);
    if (count == sizeof status) _exit(status);
    std::fputs("xfrmd: the daemon ended before it was ready\n", stderr);
    _exit(kEndedWithoutAWord);
}

void leave_terminal() {
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0) return;
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nothing, standard);
    if (nothing > STDERR_FILENO) close(nothing);
}

void tell(const Descriptor& starter, int status) {
    const auto byte = static_cast<std::uint8_t>(status);
    // Who started us may have gone: then nobody wants to know.
    [[maybe_unused]] const ssize_t written = write(starter.number(), &byte, sizeof byte);
}

}  // namespace

tl::expected<Launch, std::string> Launch::background() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return cannot("make a pipe");
    const Descriptor word(ends[0]);
    Descriptor starter(ends[1]);
    const pid_t child = fork();
    if (child < 0) return cannot("go to the background");
    if (child > 0) {
        starter = Descriptor();
        wait_for_word(word);
    }
    if (setsid() < 0) return cannot("make a session");
    if (chdir("/") != 0) return cannot("change to /");
    return Launch(std::move(starter));
}

void Launch::ready() {
    if (!starter_.is_open()) return;
    leave_terminal();
    tell(starter_, 0);
    starter_ = Descriptor();
}

int Launch::failed(int status, const std::string& why) {
    std::fputs(why.c_str(), stderr);
    if (starter_.is_open()) tell(starter_, status);
    starter_ = Descriptor();
    return status;
}

}  // namespace xfrmd::daemon
