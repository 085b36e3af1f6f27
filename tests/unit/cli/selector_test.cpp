#include "cli/selector.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace xfrmd::cli;

namespace {

std::string readings(const char* selector) {
    std::string all;
    for (const Json& reading : readings_of(selector)) all += reading.dump();
    return all;
}

}  // namespace

TEST_CASE("a selector tells what it means", "[cli]") {
    CHECK(readings("7") == R"({"id":"7"})");
    CHECK(readings("7.12") == R"({"id":"7.12"})");
    CHECK(readings("192.0.2.1") == R"({"peer":"192.0.2.1"})");
    CHECK(readings("192.0.2.0/24") == R"({"peer":"192.0.2.0/24"})");
    CHECK(readings("2001:db8::/32") == R"({"peer":"2001:db8::/32"})");
    CHECK(readings("right.example.org") == R"({"peer":"right.example.org"})");
    CHECK(readings("moon@example") == R"({"peer":"moon@example"})");
    CHECK(readings("C=CH, O=strong/weak") == R"({"peer":"C=CH, O=strong/weak"})");
    CHECK(readings("gw/net") == R"({"conn":"gw","child":"net"})");
    CHECK(readings("gw") == R"({"conn":"gw"}{"child":"gw"})");
}
