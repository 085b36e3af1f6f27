#include "daemon/host_names.h"

#include <catch2/catch_test_macros.hpp>

#include <utility>

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

base::Address address(std::string_view text) { return *base::Address::parse(text); }

// A resolver that answers when the test says so.
struct Bench {
    void answer(std::vector<base::Address> addresses, const std::error_code& error = {}) {
        REQUIRE(pending);
        std::exchange(pending, nullptr)(error, std::move(addresses));
    }

    asio::io_context io;
    Log log{LogTarget::standard_error, false};
    std::vector<std::string> asked;
    HostNames::Answer pending;
    unsigned changes = 0;
    HostNames names{io, log, [this] { ++changes; },
                    [this](const std::string& name, HostNames::Answer answer) {
                        REQUIRE_FALSE(pending);
                        asked.push_back(name);
                        pending = std::move(answer);
                    }};
};

const std::error_code kFailure = std::make_error_code(std::errc::host_unreachable);

}  // namespace

TEST_CASE("names are asked for one after the other", "[daemon][names]") {
    Bench bench;
    bench.names.want({"a.example", "b.example"});
    CHECK(bench.asked == std::vector<std::string>{"a.example"});
    CHECK(bench.names.addresses_of("a.example").empty());
    bench.answer({address("192.0.2.1"), address("2001:db8::1")});
    CHECK(bench.changes == 1);
    CHECK(bench.names.addresses_of("a.example") == std::vector{address("192.0.2.1"), address("2001:db8::1")});
    CHECK(bench.asked == std::vector<std::string>{"a.example", "b.example"});
    bench.answer({address("192.0.2.2")});
    CHECK(bench.changes == 2);
    CHECK(bench.names.addresses_of("c.example").empty());
}

TEST_CASE("only new names are asked for, and those that are not wanted are forgotten", "[daemon][names]") {
    Bench bench;
    bench.names.want({"a.example"});
    bench.answer({address("192.0.2.1")});
    bench.names.want({"a.example", "b.example"});
    CHECK(bench.asked == std::vector<std::string>{"a.example", "b.example"});
    bench.names.want({"a.example"});
    bench.answer({address("192.0.2.2")});
    CHECK(bench.names.addresses_of("b.example").empty());
    CHECK(bench.names.addresses_of("a.example") == std::vector{address("192.0.2.1")});
    CHECK(bench.changes == 1);
}

TEST_CASE("what is known stays known when the resolver fails", "[daemon][names]") {
    Bench bench;
    bench.names.want({"a.example"});
    bench.answer({}, kFailure);
    CHECK(bench.changes == 0);
    bench.names.refresh();
    const std::vector both{address("192.0.2.1"), address("192.0.2.2")};
    bench.answer(both);
    bench.names.refresh();
    SECTION("with an error") { bench.answer({}, kFailure); }
    SECTION("without an address") { bench.answer({}); }
    SECTION("or says the same in another order") { bench.answer({address("192.0.2.2"), address("192.0.2.1")}); }
    CHECK(bench.changes == 1);
    CHECK(bench.names.addresses_of("a.example") == both);
    bench.names.refresh();
    bench.answer({address("192.0.2.9")});
    CHECK(bench.changes == 2);
}

TEST_CASE("what is not known yet is asked for again before the others", "[daemon][names]") {
    Bench bench;
    bench.names.want({"a.example", "b.example"});
    bench.answer({address("192.0.2.1")});
    bench.answer({}, kFailure);
    bench.names.retry();
    CHECK(bench.asked == std::vector<std::string>{"a.example", "b.example", "b.example"});
    bench.answer({address("192.0.2.2")});
    bench.names.retry();
    CHECK_FALSE(bench.pending);
}

TEST_CASE("a resolver that is slow is asked no more often", "[daemon][names]") {
    Bench bench;
    bench.names.want({"a.example", "b.example"});
    bench.names.refresh();
    bench.names.refresh();
    bench.answer({address("192.0.2.1")});
    bench.answer({address("192.0.2.2")});
    CHECK(bench.asked.size() == 2);
    CHECK_FALSE(bench.pending);
}

TEST_CASE("where there are no names, nobody is asked every minute", "[daemon][names]") {
    Bench bench;
    bench.names.refresh();
    bench.io.poll();
    CHECK(bench.io.stopped());
    bench.names.want({"a.example"});
    CHECK(bench.names.is_asking());
    bench.answer({address("192.0.2.1")});
    CHECK_FALSE(bench.names.is_asking());
    bench.names.want({});
}

TEST_CASE("the system's resolver is asked", "[daemon][names]") {
    asio::io_context io;
    Log log(LogTarget::standard_error, false);
    bool changed = false;
    HostNames names(io, log, [&] { changed = true; });
    names.want({"localhost"});
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!changed && io.run_one_until(patience) > 0) {
    }
    CHECK_FALSE(names.addresses_of("localhost").empty());
    names.want({});
}
