#include "daemon/attributes/name_servers.h"

#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

namespace xfrmd::daemon {

namespace {

constexpr std::string_view kMark = "  # by xfrmd";
constexpr const char* kInterface = "lo.xfrmd";
constexpr int kPatience = 10'000;  // milliseconds, for resolvconf(8)

std::string message_of(int code) { return std::generic_category().message(code); }

std::string lines_of(const std::vector<base::Address>& servers, std::string_view mark) {
    std::string lines;
    for (const base::Address& server : servers) lines += "nameserver " + server.to_string() + std::string(mark) + "\n";
    return lines;
}

// Empty, or why it has failed.
std::string await_end(pid_t pid) {
    const auto descriptor = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    pollfd wait{descriptor, POLLIN, 0};
    const bool ended = descriptor >= 0 && poll(&wait, 1, kPatience) == 1;
    if (descriptor >= 0) close(descriptor);
    if (!ended) kill(pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    if (!ended) return "it has not ended in time";
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "" : "it has failed";
}

// With `input` as its standard input, which is shorter than a pipe is long.
std::string run(const std::string& program, std::vector<std::string> words, const std::string& input) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return message_of(errno);
    const bool is_given = write(ends[1], input.data(), input.size()) == static_cast<ssize_t>(input.size());
    close(ends[1]);
    std::vector<char*> arguments;
    words.insert(words.begin(), program);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    std::array<char*, 2> environment{path.data(), nullptr};
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    pid_t pid = 0;
    const int code =
        is_given ? posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments.data(), environment.data()) : EIO;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    return code == 0 ? await_end(pid) : message_of(code);
}

// As it is written in its place, it stays what it is: a file that something else is bound to.
std::string write_file(const std::string& file, const std::vector<base::Address>& servers) {
    std::error_code error;
    if (std::filesystem::is_symlink(file, error)) return servers.empty() ? "" : "it is a link, and not ours to write";
    std::string text = lines_of(servers, kMark);
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (!line.ends_with(kMark)) text += line + "\n";
    }
    in.close();
    std::ofstream out(file, std::ios::trunc);
    out << text;
    out.close();
    return out ? "" : "it cannot be written";
}

}  // namespace

std::string write_name_servers(const ResolverPlaces& places, const std::vector<base::Address>& servers) {
    std::string wrong;
    const bool has_program = access(places.resolvconf.c_str(), X_OK) == 0;
    if (has_program) {
        wrong = run(places.resolvconf, {servers.empty() ? "-d" : "-a", kInterface}, lines_of(servers, {}));
    } else {
        wrong = write_file(places.file, servers);
    }
    return wrong.empty() ? wrong : (has_program ? places.resolvconf : places.file) + ": " + wrong;
}

NameServers::NameServers(asio::io_context& io, Log& log, ResolverPlaces places)
    : log_(log), places_(std::move(places)) {
    const auto failed = [this](const std::string& why) { log_.error("name servers: " + why); };
    work_ = std::make_unique<Background>(
        io,
        [this, failed] {
            const std::string wrong = write_name_servers(places_, wanted());
            return [failed, wrong] {
                if (!wrong.empty()) failed(wrong);
            };
        },
        failed);
}

NameServers::~NameServers() {
    work_.reset();
    if (!is_written_) return;
    if (const std::string wrong = write_name_servers(places_, {}); !wrong.empty()) log_.error("name servers: " + wrong);
}

std::vector<base::Address> NameServers::wanted() {
    const std::scoped_lock lock(mutex_);
    return wanted_;
}

void NameServers::set(std::vector<base::Address> servers) {
    if (servers == wanted()) return;
    {
        const std::scoped_lock lock(mutex_);
        wanted_ = std::move(servers);
    }
    is_written_ = true;
    work_->run();
}

}  // namespace xfrmd::daemon
