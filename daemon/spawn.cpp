#include "daemon/spawn.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "daemon/descriptor.h"

namespace xfrmd::daemon {

namespace {

// A signal ends poll(), not the wait.
bool has_news(int descriptor, std::chrono::milliseconds patience) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point end = Clock::now() + patience;
    pollfd wait{descriptor, POLLIN, 0};
    for (auto left = patience; left.count() >= 0;
         left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now())) {
        const int ready = poll(&wait, 1, static_cast<int>(left.count()));
        if (ready >= 0 || errno != EINTR) return ready == 1;
    }
    return false;
}

// What a new process gets, in place of ours.
class Spawning {
public:
    explicit Spawning(const Program& program) {
        posix_spawn_file_actions_init(&actions_);
        if (program.standard_input >= 0) {
            posix_spawn_file_actions_adddup2(&actions_, program.standard_input, STDIN_FILENO);
        } else {
            posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        }
        if (program.output >= 0) {
            posix_spawn_file_actions_adddup2(&actions_, program.output, STDOUT_FILENO);
            posix_spawn_file_actions_adddup2(&actions_, program.output, STDERR_FILENO);
        }
        posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        posix_spawnattr_init(&attributes_);
        sigset_t all{};
        sigset_t none{};
        sigfillset(&all);
        sigemptyset(&none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    }
    ~Spawning() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    Spawning(const Spawning&) = delete;
    Spawning& operator=(const Spawning&) = delete;

    const posix_spawn_file_actions_t* actions() const { return &actions_; }
    const posix_spawnattr_t* attributes() const { return &attributes_; }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace

tl::expected<pid_t, std::string> spawn(const Program& program) {
    const Spawning spawning(program);
    std::vector<std::string> arguments{program.path};
    arguments.insert(arguments.end(), program.arguments.begin(), program.arguments.end());
    std::vector<std::string> environment = program.environment;
    pid_t pid = 0;
    const int code = posix_spawn(&pid, program.path.c_str(), spawning.actions(), spawning.attributes(),
                                 pointers_to(arguments).data(), pointers_to(environment).data());
    if (code == 0) return pid;
    return tl::unexpected("cannot run " + program.path + ": " + std::generic_category().message(code));
}

std::string run_to_end(Program program, std::string_view input, std::chrono::milliseconds patience) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return "cannot make a pipe: " + std::generic_category().message(errno);
    const Descriptor theirs(ends[0]);
    Descriptor ours(ends[1]);
    // What finds no room in the pipe finds no reader yet, either.
    fcntl(ours.number(), F_SETFL, O_NONBLOCK);
    if (write(ours.number(), input.data(), input.size()) != static_cast<ssize_t>(input.size())) {
        return "it has too much to read";
    }
    ours = Descriptor();
    program.standard_input = theirs.number();
    const auto pid = spawn(program);
    if (!pid) return pid.error();
    const Descriptor gone(watch_process(*pid));
    const bool has_ended = gone.is_open() && has_news(gone.number(), patience);
    if (!has_ended) kill(-*pid, SIGKILL);
    int status = 0;
    while (waitpid(*pid, &status, 0) < 0 && errno == EINTR) continue;
    if (!has_ended) return "it has not ended in time";
    return status == 0 ? "" : "it " + words_for_end(status);
}

// Not pidfd_open(): glibc 2.36 declares it for C alone.
int watch_process(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

std::string words_for_end(int status) {
    if (WIFSIGNALED(status)) return "was ended by signal " + std::to_string(WTERMSIG(status));
    return "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace xfrmd::daemon
