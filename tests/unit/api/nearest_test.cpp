#include "daemon/api/nearest.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

using xfrmd::daemon::api::nearest;

TEST_CASE("the nearest name is found within a third of its length", "[api]") {
    constexpr std::string_view kNames[] = {"conn", "child", "peer", "state", "kind"};
    CHECK(nearest("connn", kNames) == "conn");
    CHECK(nearest("cnon", kNames) == "conn");
    CHECK(nearest("con", kNames) == "conn");
    CHECK(nearest("stat", kNames) == "state");
    CHECK(nearest("Child", kNames) == "child");
    CHECK(nearest("chldi", kNames) == "child");
    CHECK(nearest("zebra", kNames).empty());
    CHECK(nearest("", kNames).empty());
    CHECK(nearest("conn", {}).empty());
}

TEST_CASE("a name without end has no neighbour", "[api][hostile-h1]") {
    const std::string endless(1000000, 'c');
    const std::string_view names[] = {"conn", endless};
    CHECK(nearest(endless, names).empty());
    CHECK(nearest("conm", names) == "conn");
}
