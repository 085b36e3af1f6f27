#include "daemon/objects/ordered.h"

#include <catch2/catch_test_macros.hpp>

namespace xfrmd::daemon {

namespace {

std::string text(const Ordered<int>& things) {
    std::string all;
    things.each([&](const std::string& name, int thing) { all += name + std::to_string(thing) + " "; });
    return all;
}

}  // namespace

TEST_CASE("things keep their order, and another one of the same name its place", "[objects]") {
    Ordered<int> things;
    things.put("b", 1);
    things.put("a", 2);
    things.put("c", 3);
    things.put("b", 4);
    CHECK(text(things) == "b4 a2 c3 ");
    CHECK(things.remove("a"));
    CHECK_FALSE(things.remove("a"));
    things.put("a", 5);
    CHECK(text(things) == "b4 c3 a5 ");
    CHECK(*things.find("c") == 3);
    CHECK(things.find("d") == nullptr);
    CHECK(things.size() == 3);
}

}  // namespace xfrmd::daemon
