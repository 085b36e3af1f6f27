#include <catch2/catch_test_macros.hpp>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/background.h"
#include "daemon/child_turns.h"
#include "daemon/deadline.h"
#include "daemon/kernel_events.h"
#include "daemon/mapping_pace.h"
#include "daemon/start_actions.h"

using namespace xfrmd;
using daemon::KernelEvents;

TEST_CASE("what is due is not put off by asking for it again", "[daemon][hostile-g5]") {
    asio::io_context io;
    int done = 0;
    daemon::Deadline deadline(io, [&] { ++done; });
    deadline.within(std::chrono::milliseconds(0));
    deadline.within(std::chrono::hours(1));  // it is past due by now, and has not had its turn
    io.poll();
    CHECK(done == 1);
    deadline.within(std::chrono::hours(1));
    deadline.within(std::chrono::milliseconds(0));
    io.restart();
    while (done < 2) io.run_one();
    CHECK(done == 2);
}

TEST_CASE("what is cancelled is not done, even when it was its turn", "[daemon]") {
    asio::io_context io;
    int done = 0;
    daemon::Deadline second(io, [&] { ++done; });
    daemon::Deadline first(io, [&] { second.cancel(); });
    first.within(std::chrono::milliseconds(-2));  // both are in the loop's queue when the first one has its turn
    second.within(std::chrono::milliseconds(-1));
    io.run();
    CHECK(done == 0);
}

TEST_CASE("work in the background is done one piece at a time, and once more when it was asked for meanwhile",
          "[daemon]") {
    asio::io_context io;
    const auto guard = asio::make_work_guard(io);
    int begun = 0;
    int done = 0;
    daemon::Background background(
        io,
        [&] {
            ++begun;
            return [&] { ++done; };
        },
        [](const std::string& why) { FAIL(why); });
    for (int i = 0; i < 5; ++i) background.run();
    CHECK(background.is_running());
    while (done < 2) io.run_one();
    CHECK_FALSE(background.is_running());
    CHECK(begun == 2);
    background.run();
    while (done < 3) io.run_one();
    CHECK(begun == 3);
}

TEST_CASE("work in the background that fails is told of, and done again when it is asked for", "[daemon]") {
    asio::io_context io;
    const auto guard = asio::make_work_guard(io);
    std::vector<std::string> failures;
    int done = 0;
    std::function<std::function<void()>()> work = []() -> std::function<void()> {
        throw std::runtime_error("no room");
    };
    daemon::Background background(io, [&] { return work(); }, [&](const std::string& why) { failures.push_back(why); });
    background.run();
    while (failures.empty()) io.run_one();
    CHECK(failures.front() == "no room");
    CHECK_FALSE(background.is_running());
    work = []() -> std::function<void()> { throw 1; };
    background.run();
    while (failures.size() < 2) io.run_one();
    work = [&] { return [&] { ++done; }; };
    background.run();
    while (done == 0) io.run_one();
}

namespace {

// While there are none, no thread can be started: its stack would be larger than any memory.
class NoThreads {
public:
    NoThreads() {
        REQUIRE(pthread_getattr_default_np(&before_) == 0);
        pthread_attr_t huge{};
        REQUIRE(pthread_getattr_default_np(&huge) == 0);
        REQUIRE(pthread_attr_setstacksize(&huge, std::size_t{1} << 56) == 0);
        REQUIRE(pthread_setattr_default_np(&huge) == 0);
        pthread_attr_destroy(&huge);
    }
    ~NoThreads() {
        pthread_setattr_default_np(&before_);
        pthread_attr_destroy(&before_);
    }
    NoThreads(const NoThreads&) = delete;
    NoThreads& operator=(const NoThreads&) = delete;

private:
    pthread_attr_t before_{};
};

}  // namespace

TEST_CASE("work in the background that gets no thread is told of, and done when there is one", "[daemon]") {
    asio::io_context io;
    const auto guard = asio::make_work_guard(io);
    int failures = 0;
    int done = 0;
    daemon::Background background(io, [&] { return [&] { ++done; }; }, [&](const std::string&) { ++failures; });
    {
        const NoThreads none;
        background.run();
    }
    CHECK(failures == 0);
    while (failures == 0) io.run_one();
    CHECK_FALSE(background.is_running());
    background.run();
    while (done == 0) io.run_one();
    CHECK(failures == 1);
}

TEST_CASE("ten thousand children do not hold up the loop", "[daemon][hostile-g12]") {
    asio::io_context io;
    std::uint64_t done = 0;
    daemon::ChildTurns turns(io, [&](ike::ChildSaId child) { CHECK(child == ike::ChildSaId{++done}); });
    for (std::uint64_t i = 1; i <= 1000; ++i) turns.add(ike::ChildSaId{i});
    io.run_one();
    CHECK(done == daemon::ChildTurns::kAtOnce);
    io.run();
    CHECK(done == 1000);
}

TEST_CASE("a peer whose every packet comes from elsewhere is told of now and then", "[daemon][hostile-g12]") {
    using daemon::MappingPace;
    MappingPace pace;
    const base::Instant start(std::chrono::hours(1));
    CHECK(pace.is_due(ike::ChildSaId{1}, start));
    CHECK(pace.is_due(ike::ChildSaId{2}, start));
    CHECK_FALSE(pace.is_due(ike::ChildSaId{1}, start));
    CHECK_FALSE(pace.is_due(ike::ChildSaId{1}, start + MappingPace::kPause - std::chrono::milliseconds(1)));
    CHECK(pace.is_due(ike::ChildSaId{1}, start + MappingPace::kPause));
    for (std::uint64_t i = 2; i <= MappingPace::kMost; ++i) {
        REQUIRE(pace.is_due(ike::ChildSaId{i}, start + MappingPace::kPause));
    }
    CHECK_FALSE(pace.is_due(ike::ChildSaId{MappingPace::kMost + 1}, start + MappingPace::kPause));
}

namespace {

// Fails when it is read for the second time.
class Fragile final : public KernelEvents::Feed {
public:
    explicit Fragile(int& reads) : reads_(reads) {
        REQUIRE(pipe2(ends_, O_NONBLOCK) == 0);
        REQUIRE(write(ends_[1], "x", 1) == 1);
    }
    ~Fragile() override {
        close(ends_[0]);
        close(ends_[1]);
    }
    int fd() const override { return ends_[0]; }
    netlink::KernelResult<void> read(const KernelEvents::Visitor&) override {
        if (++reads_ == 2) return netlink::refused(ENOMEM);
        return {};
    }

private:
    int ends_[2] = {};
    int& reads_;
};

}  // namespace

TEST_CASE("a source of events that fails is told once, opened anew, and then everything is looked at",
          "[daemon][hostile-g2]") {
    asio::io_context io;
    int reads = 0;
    int opened = 0;
    int overruns = 0;
    std::vector<std::string> failures;
    KernelEvents events(
        io, [&](netlink::Event&& event) { overruns += std::holds_alternative<netlink::OverrunEvent>(event) ? 1 : 0; },
        [&](const netlink::KernelError& error) { failures.push_back(error.text); }, std::chrono::milliseconds(0));
    REQUIRE(events.add([&]() -> netlink::KernelResult<std::unique_ptr<KernelEvents::Feed>> {
        ++opened;
        if (opened == 2 || opened == 3) return netlink::refused(EMFILE);
        return std::make_unique<Fragile>(reads);
    }));
    while (reads < 3) io.run_one();
    CHECK(opened == 4);
    CHECK(overruns == 1);
    CHECK(failures == std::vector<std::string>{"ENOMEM: Cannot allocate memory"});
}

TEST_CASE("a source of events that is closed while it is being opened anew is left alone", "[daemon][hostile-g2]") {
    asio::io_context io;
    int reads = 1;  // the first one fails
    int opened = 0;
    int overruns = 0;
    KernelEvents events(
        io, [&](netlink::Event&&) { ++overruns; }, [](const netlink::KernelError&) {}, std::chrono::milliseconds(0));
    asio::steady_timer earlier(io);
    REQUIRE(events.add([&]() -> netlink::KernelResult<std::unique_ptr<KernelEvents::Feed>> {
        ++opened;
        return std::make_unique<Fragile>(reads);
    }));
    while (reads < 2) io.run_one();
    // Both timers have run out when the loop looks, and this one is first.
    earlier.expires_at(std::chrono::steady_clock::time_point{});
    earlier.async_wait([&](const std::error_code&) { events.close(); });
    io.run();
    CHECK(opened == 1);
    CHECK(overruns == 0);
}

TEST_CASE("a source of events may be closed by what it tells", "[daemon][hostile-g2]") {
    class Telling final : public KernelEvents::Feed {
    public:
        explicit Telling(int& reads) : inner_(reads) {}
        int fd() const override { return inner_.fd(); }
        netlink::KernelResult<void> read(const KernelEvents::Visitor& visitor) override {
            visitor(netlink::OverrunEvent{});
            return inner_.read(visitor);
        }

    private:
        Fragile inner_;
    };
    asio::io_context io;
    int reads = 0;
    KernelEvents* closes = nullptr;
    KernelEvents events(io, [&](netlink::Event&&) { closes->close(); }, [](const netlink::KernelError&) {});
    closes = &events;
    REQUIRE(events.add([&]() -> netlink::KernelResult<std::unique_ptr<KernelEvents::Feed>> {
        return std::make_unique<Telling>(reads);
    }));
    io.run();
    CHECK(reads == 1);
}

TEST_CASE("a source of events that cannot be opened at first is an error", "[daemon][hostile-g6]") {
    asio::io_context io;
    KernelEvents events(io, [](netlink::Event&&) {}, [](const netlink::KernelError&) {});
    CHECK_FALSE(events.add(
        []() -> netlink::KernelResult<std::unique_ptr<KernelEvents::Feed>> { return netlink::refused(EPERM); }));
}

TEST_CASE("attempts to restore a child come further and further apart", "[daemon]") {
    using daemon::StartActions;
    using std::chrono::seconds;
    CHECK(StartActions::pause_after(1) == seconds(1));
    CHECK(StartActions::pause_after(2) == seconds(2));
    CHECK(StartActions::pause_after(6) == seconds(32));
    CHECK(StartActions::pause_after(7) == seconds(60));
    CHECK(StartActions::pause_after(1000) == seconds(60));
}

TEST_CASE("what only another configuration can mend is not tried again", "[daemon]") {
    using daemon::StartActions;
    CHECK(StartActions::may_pass({base::Reason::PeerSilent, {}, {}}, 1));
    CHECK(StartActions::may_pass({base::Reason::PeerSilent, {}, {}}, 9));
    CHECK_FALSE(StartActions::may_pass({base::Reason::PeerSilent, {}, {}}, 10));
    CHECK_FALSE(StartActions::may_pass({base::Reason::ConfigurationInvalid, {}, {}}, 1));
}
