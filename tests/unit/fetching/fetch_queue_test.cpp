#include "daemon/fetching/fetch_queue.h"

#include <catch2/catch_test_macros.hpp>

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

constexpr base::Instant kStart{std::chrono::hours(1)};

ike::Fetch list(const std::string& uri) { return {uri, {}, 100}; }
ike::Fetch of_host(int host) { return list("http://ca" + std::to_string(host) + ".example/"); }

struct Bench {
    FetchQueue::Answer answer() {
        return [this](const ike::Fetched&) { ++told; };
    }
    bool ask(const ike::Fetch& question) { return queue.ask(question, answer(), kStart); }

    FetchQueue queue;
    int told = 0;
};

}  // namespace

TEST_CASE("what several ask is asked once, and all of them hear the answer", "[fetching]") {
    Bench bench;
    for (int i = 0; i < 3; ++i) CHECK(bench.ask(list("http://a.example/")));
    const auto question = bench.queue.next(kStart);
    REQUIRE(question);
    CHECK(bench.ask(list("http://a.example/")));  // while it is out
    CHECK_FALSE(bench.queue.next(kStart));
    const auto done = bench.queue.finish({question->number, {1}});
    REQUIRE(done);
    done->tell(base::Bytes{1});
    CHECK(bench.told == 4);
    CHECK_FALSE(bench.queue.finish({question->number, {1}}));
    CHECK(bench.ask(list("http://a.example/")));  // another one
    CHECK(bench.queue.next(kStart));
}

TEST_CASE("what is posted makes another question", "[fetching]") {
    Bench bench;
    CHECK(bench.ask({"http://a.example/", {1}, 100}));
    CHECK(bench.ask({"http://a.example/", {2}, 100}));
    CHECK(bench.queue.next(kStart)->posted == base::Bytes{1});
    CHECK(bench.queue.next(kStart)->posted == base::Bytes{2});
}

TEST_CASE("so many questions are out, so many wait, and no more", "[fetching][hostile-d10]") {
    Bench bench;
    for (std::size_t i = 0; i < FetchQueue::kMostOpen; ++i) CHECK(bench.ask(of_host(static_cast<int>(i))));
    CHECK_FALSE(bench.ask(of_host(-1)));
    for (std::size_t i = 0; i < FetchQueue::kMostOut; ++i) CHECK(bench.queue.next(kStart));
    CHECK_FALSE(bench.queue.next(kStart));
    for (std::size_t i = 1; i < FetchQueue::kMostAskers; ++i) CHECK(bench.ask(of_host(0)));
    CHECK_FALSE(bench.ask(of_host(0)));
}

TEST_CASE("a server that hangs does not hold up the others", "[fetching][hostile-d10]") {
    Bench bench;
    for (std::uint8_t i = 0; i < 50; ++i) {
        const std::string port = std::to_string(80 + i % 20);
        CHECK(bench.ask({"http://slow.example:" + port + "/ocsp", {i}, 100}));
    }
    CHECK(bench.ask(list("http://quick.example/")));
    std::size_t slow = 0;
    std::size_t quick = 0;
    while (const auto question = bench.queue.next(kStart)) ++(question->posted.empty() ? quick : slow);
    CHECK(slow == FetchQueue::kMostOutOfHost);
    CHECK(quick == 1);
}

TEST_CASE("whose turn does not come in time is told so", "[fetching]") {
    Bench bench;
    for (std::uint8_t i = 0; i < 10; ++i) CHECK(bench.ask({"http://slow.example/ocsp", {i}, 100}));
    while (bench.queue.next(kStart)) continue;
    CHECK(bench.queue.take_late(kStart + FetchQueue::kLongestWait - std::chrono::seconds(1)).empty());
    CHECK(bench.queue.take_late(kStart + FetchQueue::kLongestWait).size() == 6);
    CHECK(bench.queue.out_since() == kStart);
    CHECK(bench.queue.take_out().size() == 4);
    CHECK(bench.queue.out_since() == base::kNever);
    CHECK_FALSE(bench.queue.has_waiting());
}

TEST_CASE("an answer that nobody waits for, or that is too long, is none", "[fetching][hostile-h10]") {
    Bench bench;
    CHECK(bench.ask(list("http://a.example/")));
    CHECK_FALSE(bench.queue.finish({1, {}}));  // it waits: nobody knows its number
    const auto question = bench.queue.next(kStart);
    CHECK_FALSE(bench.queue.finish({question->number + 1, {}}));
    CHECK_FALSE(bench.queue.finish({question->number, base::Bytes(101, 0)}));
    CHECK(bench.queue.finish({question->number, base::Bytes(100, 0)}));
}
