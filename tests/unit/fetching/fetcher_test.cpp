// The daemon's end, with the real program beside it, and with others that die, hang or talk nonsense.
#include "daemon/fetching/fetcher.h"
#include "daemon/descriptor.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "tests/support/test_revocation.h"
#include "tests/unit/fetching/temporary_folder.h"

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

const std::string kUri = "http://192.0.2.1/root.crl";

class Bench {
public:
    explicit Bench(const std::string& helper, base::Duration patience = std::chrono::seconds(12))
        : fetcher(io, log, {helper, folder.path("crls"), patience}) {}

    // A helper in a few lines of shell, each start of which is noted.
    static std::string script(const TemporaryFolder& folder, const std::string& lines) {
        std::string path = folder.path("helper");
        std::ofstream(path) << "#!/bin/sh\necho >>" << folder.path("starts") << "\n" << lines << "\n";
        chmod(path.c_str(), 0755);
        return path;
    }

    void ask(const ike::Fetch& question) {
        fetcher.fetch(question, [this](const ike::Fetched& answer) {
            answers.push_back(answer.body);
            last_is_kept = answer.is_kept;
        });
    }
    base::Result<base::Bytes> answer_to(const ike::Fetch& question) {
        answers.clear();
        ask(question);
        while (answers.empty()) io.run_one();
        return answers.front();
    }
    std::string failure_of(const ike::Fetch& question) {
        const auto answer = answer_to(question);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().reason == base::Reason::FetchFailed);
        return answer.error().detail;
    }

    TemporaryFolder folder;
    asio::io_context io;
    const asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(io);
    Log log{LogTarget::standard_error, false};
    Fetcher fetcher;
    std::vector<base::Result<base::Bytes>> answers;
    bool last_is_kept = false;
};

ike::Fetch list(const std::string& uri) { return {uri, {}, 1000}; }

int starts(const TemporaryFolder& folder) {
    std::ifstream file(folder.path("starts"));
    int count = 0;
    for (std::string line; std::getline(file, line);) ++count;
    return count;
}

bool has_children() {
    siginfo_t info{};
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// Processes that we hold by a descriptor.
int open_processes() {
    int count = 0;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        if (std::filesystem::read_symlink(each.path(), gone) == "anon_inode:[pidfd]") ++count;
    }
    return count;
}

// Whoever would be reached on this host.
class Listener {
public:
    Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(bind(socket_.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(listen(socket_.number(), 10) == 0);
        socklen_t size = sizeof address;
        getsockname(socket_.number(), reinterpret_cast<sockaddr*>(&address), &size);
        port = std::to_string(ntohs(address.sin_port));
    }
    bool was_reached() const {
        pollfd one{socket_.number(), POLLIN, 0};
        return poll(&one, 1, 0) != 0;
    }

    std::string port;

private:
    Descriptor socket_;
};

base::Bytes current_list() {
    tests::CrlFields fields;
    fields.this_update = crypto::WallClock{std::chrono::sys_days{std::chrono::year(2020) / 1 / 1}};
    fields.next_update = crypto::WallClock{std::chrono::sys_days{std::chrono::year(2090) / 1 / 1}};
    return tests::crl_der(fields, {"CN=root", tests::small_key(1)});
}

}  // namespace

TEST_CASE("nobody on this host is asked, whatever the address is called", "[fetching][hostile-d10]") {
    const Listener listener;
    Bench bench(XFRMD_FETCH);
    for (const std::string host :
         {"127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
        const std::string uri = "http://" + host + ":" + listener.port + "/root.crl";
        const std::string why = bench.failure_of(list(uri));
        INFO(why);
        CHECK(why.starts_with(uri + " "));
        CHECK((why.find("this host itself") != std::string::npos || why.find("unspecified") != std::string::npos));
        CHECK(bench.failure_of({uri, {1}, 1000}).find(", which is ") != std::string::npos);
    }
    CHECK(bench.failure_of(list("http://169.254.169.254/latest")) ==
          "http://169.254.169.254/latest leads to 169.254.169.254, which is on the link only");
    CHECK(bench.failure_of(list("http://[fe80::1]/")).find("on the link only") != std::string::npos);
    CHECK_FALSE(listener.was_reached());
}

TEST_CASE("what is not fetched at all is told at once, without a program", "[fetching][hostile-d10]") {
    Bench bench("/nonexistent/xfrmd-fetch");
    CHECK(bench.failure_of(list("ldap://ca.example/cn=root")) == "ldap://ca.example/cn=root is neither http nor https");
    CHECK(bench.failure_of(list("file:///etc/shadow")) == "file:///etc/shadow is neither http nor https");
    CHECK(bench.failure_of(list("http://a\x1b.example/")) ==
          "http://a\\x1b.example/ has blanks or strange characters in it");
}

// Why it cannot be started is another reason each time that it was tried, and is told until it is tried again.
TEST_CASE("where the program is missing, questions fail, and it is not tried for each", "[fetching][hostile-h10]") {
    const TemporaryFolder folder;
    const std::string path = folder.path("helper");
    Bench bench(path);
    int tries = 0;
    for (int i = 0; i < 20; ++i) {
        const bool is_there = tries % 2 == 1;
        if (is_there) std::ofstream(path) << "not to be executed";
        if (!is_there) unlink(path.c_str());
        const std::string why = bench.failure_of(list(kUri));
        CHECK(why.find("cannot run " + path + ": ") != std::string::npos);
        if (why.ends_with(is_there ? "Permission denied" : "No such file or directory")) ++tries;
    }
    CHECK(tries >= 2);
    CHECK(tries < 10);
}

TEST_CASE("a program that ends is started again, less and less often", "[fetching][hostile-h10]") {
    const TemporaryFolder folder;
    Bench bench(Bench::script(folder, "exit 1"));
    for (int i = 0; i < 20; ++i) CHECK(bench.failure_of(list(kUri)).find("has ended") != std::string::npos);
    CHECK(starts(folder) >= 2);
    CHECK(starts(folder) < 10);
}

TEST_CASE("a program that talks nonsense is ended, and harms nobody", "[fetching][hostile-h10]") {
    for (const char* lines : {"yes | head -c 300000; exec sleep 1000", "printf '\\377\\377\\377\\377'; exec sleep 1000",
                              "printf '\\0\\0\\0\\011\\0\\0\\0\\0\\0\\0\\0\\143\\0'; exec sleep 1000"}) {
        INFO(lines);
        const TemporaryFolder folder;
        Bench bench(Bench::script(folder, std::string("exec 1>&0\n") + lines));
        CHECK(bench.failure_of(list(kUri)).find("talks nonsense") != std::string::npos);
    }
}

TEST_CASE("a program that hangs is ended, and all that was asked fails", "[fetching][hostile-h10]") {
    const TemporaryFolder folder;
    Bench bench(Bench::script(folder, "exec sleep 1000"), std::chrono::milliseconds(1));
    for (int i = 0; i < 3; ++i) bench.ask(list(kUri + std::to_string(i)));
    bench.ask(list(kUri + "0"));
    while (bench.answers.size() < 4) bench.io.run_one();
    for (const auto& answer : bench.answers) {
        REQUIRE_FALSE(answer);
        CHECK(answer.error().detail.find("hangs") != std::string::npos);
    }
    const auto longest = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (has_children() && bench.io.run_one_until(longest) > 0) continue;
    CHECK_FALSE(has_children());
}

TEST_CASE("a program that somebody else has waited for is let go of", "[fetching][hostile-h10]") {
    std::signal(SIGCHLD, SIG_IGN);
    const TemporaryFolder folder;
    Bench bench(Bench::script(folder, "exit 1"));
    for (int i = 0; i < 2; ++i) CHECK(bench.failure_of(list(kUri)).find("has ended") != std::string::npos);
    CHECK(starts(folder) == 2);
    while (has_children()) std::this_thread::yield();
    bench.io.poll();
    CHECK(open_processes() == 0);
    std::signal(SIGCHLD, SIG_DFL);
}

TEST_CASE("the program has nothing of the daemon's", "[fetching][hostile-h10]") {
    const TemporaryFolder folder;
    const Descriptor secret(open("/dev/null", O_RDONLY));  // one that would be inherited
    REQUIRE(setenv("XFRMD_SECRET", "x", 1) == 0);
    Bench bench(Bench::script(folder, "env >" + folder.path("env") + "\nls /proc/self/fd >" + folder.path("fds")));
    CHECK_FALSE(bench.failure_of(list(kUri)).empty());
    std::ifstream env(folder.path("env"));
    for (std::string line; std::getline(env, line);) CHECK(line.find("XFRMD_SECRET") == std::string::npos);
    std::ifstream fds(folder.path("fds"));
    std::string all;
    for (std::string line; std::getline(fds, line);) all += line + " ";
    CHECK(all == "0 1 2 3 ");  // 3: the folder that ls reads
    unsetenv("XFRMD_SECRET");
}

TEST_CASE("what is no list is as if nothing had come", "[fetching][rfc5280-6.3]") {
    const bool was_there_before = GENERATE(true, false);
    const TemporaryFolder folder;
    // The answer to the first question, number 2: no failure, and "<html>".
    const std::string answer = "printf '\\0\\0\\0\\017\\0\\0\\0\\0\\0\\0\\0\\002\\0<html>' >&0\n";
    Bench bench(Bench::script(folder, answer + "exec sleep 1000"));
    if (!was_there_before) {
        CHECK(bench.failure_of(list(kUri)).find("gives no list of revoked certificates") != std::string::npos);
        return;
    }
    const base::Bytes kept = current_list();
    const auto cache = CrlCache::open(bench.folder.path("crls"));
    REQUIRE(cache);
    REQUIRE(cache->keep(kUri, kept, tests::kTestNow));
    CHECK(bench.answer_to(list(kUri)) == kept);
    CHECK(bench.answer_to(list(kUri)) == kept);
    CHECK(starts(folder) == 1);
}

TEST_CASE("a list on disk answers once, and then what cannot be fetched", "[fetching]") {
    const TemporaryFolder folder;
    Bench bench(Bench::script(folder, "exit 1"));
    const base::Bytes kept = current_list();
    const auto cache = CrlCache::open(bench.folder.path("crls"));
    REQUIRE(cache);
    REQUIRE(cache->keep(kUri, kept, tests::kTestNow));
    CHECK(bench.answer_to(list(kUri)) == kept);
    CHECK(bench.last_is_kept);  // asking again may help
    CHECK(starts(folder) == 0);
    CHECK(bench.answer_to(list(kUri)) == kept);
    CHECK_FALSE(bench.last_is_kept);
    CHECK(starts(folder) == 1);
    CHECK_FALSE(bench.answer_to({kUri, {1}, 1000}));  // OCSP is not kept
    CHECK_FALSE(bench.answer_to({kUri, {}, 10}));     // longer than is wanted
}
