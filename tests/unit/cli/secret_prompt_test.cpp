// A person at a terminal of their own, who is asked for a passphrase.
#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <string>
#include <string_view>

#include "cli/secret_prompt.h"

using namespace xfrmd;

namespace {

constexpr int kRight = 0;
constexpr int kWrong = 1;
constexpr int kNothing = 2;

// Somebody else's process is asked, on a new terminal.
class Asked {
public:
    Asked() {
        int theirs = -1;
        REQUIRE(openpty(&mine_, &theirs, nullptr, nullptr, nullptr) == 0);
        terminal_ = theirs;
        child_ = fork();
        if (child_ == 0) answer();
    }
    ~Asked() {
        close(mine_);
        close(terminal_);
    }
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;

    // Until all of that has been shown.
    void see(std::string_view text) {
        std::string shown;
        char c = 0;
        while (shown.find(text) == std::string::npos && read(mine_, &c, 1) == 1) shown += c;
        REQUIRE(shown.find(text) != std::string::npos);
    }
    void type(std::string_view text) const {
        REQUIRE(write(mine_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    void signal(int number) const { REQUIRE(kill(child_, number) == 0); }
    int end() const {
        int status = 0;
        REQUIRE(waitpid(child_, &status, 0) == child_);
        return status;
    }
    bool shows_what_is_typed() const {
        termios now{};
        REQUIRE(tcgetattr(terminal_, &now) == 0);
        return (now.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
    }

private:
    [[noreturn]] void answer() const {
        for (const int number : {SIGINT, SIGTERM, SIGTSTP}) std::signal(number, SIG_DFL);
        login_tty(terminal_);
        const auto secret = cli::ask_secret("who goes there? ");
        if (!secret) _exit(kNothing);
        _exit(*secret == base::SecretBytes(base::as_bytes("friend")) ? kRight : kWrong);
    }

    int mine_ = -1;
    int terminal_ = -1;
    pid_t child_ = -1;
};

}  // namespace

TEST_CASE("a passphrase is not shown, and what comes after it is", "[cli][pki]") {
    Asked asked;
    asked.see("who goes there? ");
    CHECK_FALSE(asked.shows_what_is_typed());
    asked.type("friend\n");
    const int status = asked.end();
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == kRight));
    CHECK(asked.shows_what_is_typed());
}

TEST_CASE("who leaves a question for a passphrase has a terminal as before", "[cli][pki]") {
    constexpr std::string_view kControlC = "\x03";
    Asked asked;
    asked.see("who goes there? ");
    asked.type("fri");
    SECTION("by Ctrl-C") {
        asked.type(kControlC);
        const int status = asked.end();
        CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGINT));
    }
    SECTION("by a signal of somebody else") {
        asked.signal(SIGTERM);
        const int status = asked.end();
        CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM));
    }
    CHECK(asked.shows_what_is_typed());
}

// Nobody could let it go on, so that the kernel does not stop it.
TEST_CASE("who presses Ctrl-Z where nothing can be stopped is asked again", "[cli][pki]") {
    Asked asked;
    asked.see("who goes there? ");
    asked.type("fri\x1a");
    asked.see("who goes there? ");
    CHECK_FALSE(asked.shows_what_is_typed());
    asked.type("friend\n");
    const int status = asked.end();
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == kRight));
}
