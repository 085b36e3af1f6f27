#include "daemon/config/suggestion.h"

#include <array>
#include <catch2/catch_test_macros.hpp>

using namespace xfrmd::daemon;

TEST_CASE("the nearest name is found within two mistakes", "[config][suggestion]") {
    constexpr std::array<std::string_view, 5> names{"dpd_delay", "dpd_timeout", "encap", "mobike", "id"};
    CHECK(nearest("dpd_dely", names) == "dpd_delay");
    CHECK(nearest("dpddelay", names) == "dpd_delay");
    CHECK(nearest("dpd_delya", names) == "dpd_delay");
    CHECK(nearest("dpd_timeuot", names) == "dpd_timeout");
    CHECK(nearest("mobieks", names) == "mobike");
    CHECK(nearest("encapsulation", names).empty());
    CHECK(nearest("colour", names).empty());
    CHECK(nearest(std::string(10'000, 'd'), names).empty());
}

TEST_CASE("short names must be nearer", "[config][suggestion]") {
    constexpr std::array<std::string_view, 2> names{"id", "auth"};
    CHECK(nearest("ids", names) == "id");
    CHECK(nearest("it", names) == "id");
    CHECK(nearest("xy", names).empty());
    CHECK(nearest("ath", names) == "auth");
    CHECK(nearest("", names).empty());
}

TEST_CASE("the nearest of several wins, the first of equals", "[config][suggestion]") {
    constexpr std::array<std::string_view, 3> names{"local_addrs", "local_addr", "local_adds"};
    CHECK(nearest("local_addr", names) == "local_addr");
    CHECK(nearest("local_add", names) == "local_addr");
    CHECK(did_you_mean("local_add", names) == "; did you mean 'local_addr'?");
    CHECK(did_you_mean("something", names).empty());
}
