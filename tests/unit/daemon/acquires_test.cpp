#include "daemon/acquires.h"

#include <catch2/catch_test_macros.hpp>

#include <vector>

using namespace xfrmd;
using daemon::Acquires;

namespace {

// Peers that answer when they are told to.
struct Peers {
    asio::io_context io;
    std::vector<Acquires::Child> begun;
    std::vector<std::function<void()>> ends;
    Acquires acquires;

    explicit Peers(std::chrono::milliseconds patience)
        : acquires(
              io,
              [this](const Acquires::Child& child, const Acquires::Packet&, std::function<void()> done) {
                  begun.push_back(child);
                  ends.push_back(std::move(done));
              },
              patience) {}

    bool ask(std::size_t child) { return acquires.ask({"gw", std::to_string(child)}, {}); }
    void run() {
        io.restart();
        io.poll();
    }
};

}  // namespace

TEST_CASE("however many packets ask for a child, it is negotiated once", "[daemon][hostile-g1][rfc4301-4.4.1]") {
    Peers peers(std::chrono::hours(1));
    CHECK(peers.ask(1));
    for (int i = 0; i < 100'000; ++i) REQUIRE_FALSE(peers.ask(1));
    peers.run();
    CHECK_FALSE(peers.ask(1));
    CHECK(peers.begun == std::vector<Acquires::Child>{{"gw", "1"}});
    peers.ends.front()();
    CHECK(peers.ask(1));
    peers.run();
    CHECK(peers.begun.size() == 2);
}

TEST_CASE("so many children at a time are negotiated, the others in their turn", "[daemon][hostile-g1]") {
    Peers peers(std::chrono::hours(1));
    for (std::size_t i = 0; i < Acquires::kAtOnce + 2; ++i) CHECK(peers.ask(i));
    peers.run();
    CHECK(peers.begun.size() == Acquires::kAtOnce);
    CHECK_FALSE(peers.ask(Acquires::kAtOnce));
    peers.ends[7]();
    peers.run();
    REQUIRE(peers.begun.size() == Acquires::kAtOnce + 1);
    CHECK(peers.begun.back().child == std::to_string(Acquires::kAtOnce));
    peers.ends[7 + 1]();
    peers.run();
    CHECK(peers.begun.size() == Acquires::kAtOnce + 2);
}

TEST_CASE("peers that are silent keep nobody waiting, and are not asked twice", "[daemon][hostile-g1]") {
    Peers peers(std::chrono::milliseconds(0));
    for (std::size_t i = 0; i < Acquires::kAtOnce * 3; ++i) CHECK(peers.ask(i));
    while (peers.begun.size() < Acquires::kAtOnce * 3) peers.io.run_one();
    CHECK_FALSE(peers.ask(0));
    // An end that comes late makes no room twice.
    for (const auto& end : peers.ends) end();
    peers.run();
    CHECK(peers.begun.size() == Acquires::kAtOnce * 3);
    CHECK(peers.ask(0));
}
