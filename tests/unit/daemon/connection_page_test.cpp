#include "daemon/connection_page.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

namespace xfrmd::daemon {

namespace {

policy::Snapshot many(std::size_t count, const std::string& child_of_the_last) {
    policy::Configuration configuration;
    for (std::size_t i = count; i > 0; --i) {
        policy::Connection& connection = configuration.connections.emplace_back();
        connection.name = "c" + std::to_string(1000 + i);
        connection.children.emplace_back().name = i == count ? child_of_the_last : "net";
    }
    return policy::IndexedConfiguration::of(std::move(configuration));
}

}  // namespace

TEST_CASE("connections come in pages, in the order of their names", "[management]") {
    const auto configuration = many(150, "net");
    const auto first = connection_page(*configuration, {"", "", "", 100});
    REQUIRE(first.items.size() > 1);
    CHECK(first.items.front().name == "c1001");
    CHECK(first.more);
    std::size_t seen = 0;
    for (auto page = first; !page.items.empty();) {
        seen += page.items.size();
        page = connection_page(*configuration, {"", "", page.items.back().name, 100});
    }
    CHECK(seen == 150);
}

TEST_CASE("a child is found wherever its connection stands", "[management]") {
    const auto page = connection_page(*many(150, "far"), {"", "far", "", 100});
    REQUIRE(page.items.size() == 1);
    CHECK(page.items.front().name == "c1150");
    CHECK_FALSE(page.more);
}

}  // namespace xfrmd::daemon
