#include "daemon/log_sink.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>

#include <spdlog/logger.h>
#include <catch2/catch_test_macros.hpp>

#include "daemon/log.h"
#include "daemon/log_queue.h"

using namespace xfrmd::daemon;

namespace {

constexpr std::chrono::seconds kLong{100};

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

// A folder that goes with the test.
struct Folder {
    Folder() { REQUIRE(mkdtemp(path.data()) != nullptr); }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string file(const char* name) const { return path + "/" + name; }
    std::string text(const char* name) const {
        std::ifstream file(path + "/" + name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::string path = "/tmp/xfrmd-log-XXXXXX";
};

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

TEST_CASE("files of strongswan.conf get what their level lets through", "[daemon]") {
    const Folder folder;
    Log log(LogTarget::standard_error, false);
    LogSettings settings{kSilent, {}};
    settings.files = {{.path = folder.file("control")},
                      {.path = folder.file("details"), .level = kDetails},
                      {.path = folder.file("silent"), .level = kSilent},
                      {.path = folder.file("timed"), .time_format = "[%Y]", .with_milliseconds = true}};
    log.use(settings);
    log.info("a step");
    log.debug("a detail");
    REQUIRE(log.flush(kLong));
    CHECK(folder.text("control") == "a step\n");
    CHECK(folder.text("details") == "a step\na detail\n");
    CHECK_FALSE(std::filesystem::exists(folder.file("silent")));
    const std::string timed = folder.text("timed");
    CHECK(timed.starts_with("[2"));
    CHECK(timed.substr(6, 1) == ".");
    CHECK(timed.substr(10) == " a step\n");
}

TEST_CASE("files are opened anew, and emptied once where they are not to be continued", "[daemon]") {
    const Folder folder;
    std::ofstream(folder.file("kept")) << "old\n";
    std::ofstream(folder.file("emptied")) << "old\n";
    Log log(LogTarget::standard_error, false);
    LogSettings settings{kSilent, {}};
    settings.files = {{.path = folder.file("kept")}, {.path = folder.file("emptied"), .append = false}};
    log.use(settings);
    log.info("one");
    REQUIRE(log.flush(kLong));
    CHECK(folder.text("kept") == "old\none\n");
    CHECK(folder.text("emptied") == "one\n");
    std::filesystem::rename(folder.file("kept"), folder.file("moved"));
    log.use(settings);
    log.info("two");
    REQUIRE(log.flush(kLong));
    CHECK(folder.text("moved") == "old\none\n");
    CHECK(folder.text("kept") == "two\n");
    CHECK(folder.text("emptied") == "one\ntwo\n");
    log.use({kSilent, {{.path = "/nowhere/at/all"}}});
    log.info("three");
    REQUIRE(log.flush(kLong));
    CHECK(folder.text("kept") == "two\n");
}

namespace {

// A disk that hangs until it is let go.
struct HangingSink final : LogSink {
    bool put(const spdlog::details::log_msg&, std::string_view line) override {
        std::unique_lock lock(mutex);
        is_at_work = true;
        changed.notify_all();
        changed.wait(lock, [this] { return !hangs; });
        text += line;
        return true;
    }
    void wait() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return is_at_work; });
    }
    void let_go() {
        const std::lock_guard lock(mutex);
        hangs = false;
        changed.notify_all();
    }
    std::mutex mutex;
    std::condition_variable changed;
    bool is_at_work = false;
    bool hangs = true;
    std::string text;
};

}  // namespace

TEST_CASE("a disk that hangs holds nobody up, and what it has no room for is counted", "[daemon][hostile-g9]") {
    const auto disk = std::make_shared<HangingSink>();
    disk->set_pattern("%v");
    const auto queue = std::make_shared<LogQueue>();
    auto log = logger_of(std::make_shared<QueuedSink>(queue, disk));
    log.info("the first one");
    disk->wait();
    constexpr std::size_t kLines = 20'000;
    for (std::size_t i = 0; i < kLines; ++i)
        log.info("a line that is as long as lines of the log are: gw[1] child net");
    CHECK_FALSE(queue->flush(std::chrono::milliseconds(0)));
    disk->let_go();
    REQUIRE(queue->flush(kLong));
    const std::size_t seen = count(disk->text, "a line that is");
    CHECK(seen > 0);
    CHECK(seen < kLines);
    log.info("there is room again");
    REQUIRE(queue->flush(kLong));
    CHECK(disk->text.ends_with(std::to_string(kLines - seen) +
                               " lines of the log found no room, and are lost\nthere is room again\n"));
}

TEST_CASE("the end waits for no disk that hangs", "[daemon][hostile-g9]") {
    const auto disk = std::make_shared<HangingSink>();
    {
        auto log = logger_of(std::make_shared<QueuedSink>(std::make_shared<LogQueue>(), disk));
        log.info("never written");
        disk->wait();
    }
    disk->let_go();
}
