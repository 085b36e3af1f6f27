// When SAs are rekeyed and when they end: what is set, and strongSwan's defaults for what is not.
#include <catch2/catch_test_macros.hpp>

#include <limits>

#include "tests/unit/config/loading.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

policy::Connection connection_of(const std::string& settings, const std::string& child_settings = {}) {
    auto result = load_text(connection_with(settings, child_settings));
    REQUIRE(result);
    REQUIRE(result->configuration.connections.size() == 1);
    return std::move(result->configuration.connections.front());
}

policy::Child child_of(const std::string& settings) { return connection_of("", settings).children.at(0); }

std::vector<std::string> warnings_of(const std::string& child_settings) {
    auto result = load_text(connection_with("", child_settings));
    REQUIRE(result);
    return result->warnings;
}

struct Times {
    seconds rekey;
    seconds over_or_life;
    seconds rand;
    friend bool operator==(const Times&, const Times&) = default;
};

Times ike_times(const std::string& settings) {
    const policy::Connection connection = connection_of(settings);
    return {connection.rekey_time, connection.over_time, connection.rand_time};
}

Times child_times(const std::string& settings) {
    const policy::Child child = child_of(settings);
    return {child.rekey_time, child.life_time, child.rand_time};
}

}  // namespace

TEST_CASE("an IKE SA is rekeyed within four hours, and over a tenth later", "[config][mapping]") {
    CHECK(ike_times("") == Times{hours(4), minutes(24), minutes(24)});
    CHECK(ike_times("rekey_time = 100s") == Times{seconds(100), seconds(10), seconds(10)});
    CHECK(ike_times("rekey_time = 100s\nover_time = 80s") == Times{seconds(100), seconds(80), seconds(50)});
    CHECK(ike_times("rekey_time = 100s\nrand_time = 0") == Times{seconds(100), seconds(10), seconds(0)});
    CHECK(ike_times("reauth_time = 100s") == Times{seconds(0), seconds(10), seconds(10)});
    CHECK(ike_times("reauth_time = 100s\nrekey_time = 200s") == Times{seconds(200), seconds(20), seconds(20)});
    CHECK(ike_times("rekey_time = 0") == Times{seconds(0), seconds(0), seconds(0)});
}

TEST_CASE("a child SA is rekeyed within an hour, and ends a tenth later", "[config][mapping]") {
    CHECK(child_times("") == Times{hours(1), minutes(66), minutes(6)});
    CHECK(child_times("rekey_time = 100s") == Times{seconds(100), seconds(110), seconds(10)});
    CHECK(child_times("rekey_time = 100s\nlife_time = 130s") == Times{seconds(100), seconds(130), seconds(30)});
    CHECK(child_times("rekey_time = 100s\nrand_time = 3s") == Times{seconds(100), seconds(110), seconds(3)});
    CHECK(child_times("life_time = 24h") == Times{hours(1), hours(24), minutes(30)});
    CHECK(child_times("rekey_time = 0") == Times{seconds(0), seconds(0), seconds(0)});
    CHECK(child_times("rekey_time = 0\nlife_time = 1h") == Times{seconds(0), hours(1), seconds(0)});
}

TEST_CASE("bytes and packets are without limits, and have a time's defaults where there is one", "[config][mapping]") {
    const policy::Child unlimited = child_of("");
    CHECK(unlimited.rekey_bytes == 0);
    CHECK(unlimited.life_bytes == 0);
    CHECK(unlimited.rekey_packets == 0);
    CHECK(unlimited.life_packets == 0);
    const policy::Child limited = child_of("rekey_bytes = 1000\nrekey_packets = 200\nrand_packets = 7");
    CHECK(limited.life_bytes == 1100);
    CHECK(limited.rand_bytes == 100);
    CHECK(limited.life_packets == 220);
    CHECK(limited.rand_packets == 7);
    const policy::Child hard = child_of("life_bytes = 2k\nlife_packets = 0xffffffffffffffff");
    CHECK(hard.life_bytes == 2048);
    CHECK(hard.rand_bytes == 0);
    CHECK(hard.life_packets == std::numeric_limits<std::uint64_t>::max());
    const policy::Child most = child_of("rekey_packets = 0xffffffffffffffff");
    CHECK(most.life_packets == std::numeric_limits<std::uint64_t>::max());
    CHECK(most.rand_packets == 0);
}

TEST_CASE("a child that ends before it would be rekeyed is warned of", "[config][mapping]") {
    CHECK(warnings_of("rekey_time = 0\nlife_time = 1h\nlife_bytes = 1\nlife_packets = 9").empty());
    CHECK(warnings_of("life_time = 66m").empty());
    CHECK(warnings_of("rekey_bytes = 1g\nlife_bytes = 1000m").size() == 1);
    CHECK(warnings_of("rekey_packets = 9\nlife_packets = 9").size() == 1);
    const auto warnings = warnings_of("life_time = 1h");
    REQUIRE(warnings.size() == 1);
    CHECK(warnings.at(0) ==
          "/s.conf:1:15: connections.gw: 'net' is closed at the end of its life_time, as its rekey_time is not before "
          "that");
}
