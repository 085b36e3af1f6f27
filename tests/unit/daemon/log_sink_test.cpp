#include "daemon/log_sink.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include <spdlog/logger.h>
#include <catch2/catch_test_macros.hpp>

using namespace xfrmd::daemon;

namespace {

spdlog::logger logger_of(std::shared_ptr<LogSink> sink) {
    sink->set_pattern("%l %v");
    return spdlog::logger("xfrmd", std::move(sink));
}

// What there is to read now.
std::string content(int fd) {
    fcntl(fd, F_SETFL, O_NONBLOCK);
    std::string all;
    std::array<char, 4096> some{};
    for (ssize_t got = 0; (got = read(fd, some.data(), some.size())) > 0;) {
        all.append(some.data(), static_cast<std::size_t>(got));
    }
    return all;
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
}

// More lines than there is room for, then room, then one more line. Ends: the reader's and the writer's.
void overfill(const std::array<int, 2>& ends) {
    auto log = logger_of(std::make_shared<DescriptorSink>(ends[1]));
    constexpr std::size_t kLines = 5000;
    for (std::size_t i = 0; i < kLines; ++i)
        log.info("a line that is as long as lines of the log are: gw[1] child net");
    const std::string first = content(ends[0]);
    const std::size_t seen = count(first, "info a line that is as long as lines of the log are: gw[1] child net\n");
    CHECK(seen > 0);
    CHECK(seen < kLines);
    log.info("there is room again");
    log.info("and there");
    const std::string later = content(ends[0]);
    CHECK(later.ends_with("warning " + std::to_string(kLines - seen) +
                          " lines of the log found no room, and are lost\ninfo there is room again\ninfo and there\n"));
    close(ends[0]);
    close(ends[1]);
}

}  // namespace

TEST_CASE("a log that nobody reads holds nobody up", "[daemon][hostile-g9]") {
    std::array<int, 2> ends{};
    SECTION("a pipe") {
        REQUIRE(pipe(ends.data()) == 0);
        REQUIRE(fcntl(ends[1], F_SETPIPE_SZ, 8192) >= 0);
        overfill(ends);
    }
    SECTION("a socket") {
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
        overfill(ends);
    }
}

TEST_CASE("a log without space loses lines and nothing else", "[daemon][hostile-g9]") {
    const int fd = open("/dev/full", O_WRONLY);
    REQUIRE(fd >= 0);
    auto log = logger_of(std::make_shared<DescriptorSink>(fd));
    for (int i = 0; i < 3; ++i) log.info("lost");
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    REQUIRE(dup2(ends[1], fd) == fd);
    log.info("written");
    CHECK(content(ends[0]) == "warning 3 lines of the log found no room, and are lost\ninfo written\n");
    for (const int end : {fd, ends[0], ends[1]}) close(end);
}

TEST_CASE("a line of absurd length is cut", "[daemon][hostile-h7]") {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    auto log = logger_of(std::make_shared<DescriptorSink>(ends[1]));
    log.info(std::string(100'000, 'x'));
    log.info("next");
    const std::string text = content(ends[0]);
    CHECK(text.size() < 5000);
    CHECK(text.ends_with("x\ninfo next\n"));
    for (const int end : ends) close(end);
}

namespace {

// Syslog, in a folder of its own.
struct Syslog {
    char folder[24] = "/tmp/xfrmd-log-XXXXXX";
    std::string path;
    int fd = -1;

    Syslog() {
        REQUIRE(mkdtemp(folder) != nullptr);
        path = std::string(folder) + "/log";
    }
    ~Syslog() {
        stop();
        rmdir(folder);
    }
    void start() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        fd = socket(AF_UNIX, SOCK_DGRAM, 0);
        REQUIRE(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    void stop() {
        if (fd >= 0) close(fd);
        unlink(path.c_str());
        fd = -1;
    }
};

}  // namespace

TEST_CASE("syslog gets its priority and the process, and holds nobody up", "[daemon][hostile-g9]") {
    Syslog syslog;
    auto log = logger_of(std::make_shared<SyslogSink>(syslog.path));
    log.info("nobody there yet");
    syslog.start();
    log.error("broken");
    const std::string first = content(syslog.fd);
    CHECK(first.starts_with("<28>"));
    CHECK(count(first, " xfrmd[" + std::to_string(getpid()) + "]: warning 1 lines of the log found no room") == 1);
    CHECK(count(first, "<27>") == 1);
    CHECK(first.ends_with("]: error broken"));
    for (int i = 0; i < 10'000; ++i) log.info("nobody reads");
    CHECK(count(content(syslog.fd), "nobody reads") < 10'000);
    syslog.stop();
    syslog.start();
    log.info("another one");
    CHECK(content(syslog.fd).ends_with("another one"));
}
