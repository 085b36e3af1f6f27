#include "cli/table.h"

#include <catch2/catch_test_macros.hpp>

using namespace xfrmd::cli;

namespace {

Table small() {
    Table table({{"ID"}, {"SIZE", Align::right}, {"NAME"}});
    table.add({"1", "1.2 MB", {"gw", Tone::good}});
    table.add({"1000", "0 B", "\xc3\xa4rger"});
    return table;
}

}  // namespace

TEST_CASE("columns are as wide as their widest cell, and nothing stands behind the last", "[cli]") {
    CHECK(small().render({}) ==
          "ID      SIZE  NAME\n"
          "1     1.2 MB  gw\n"
          "1000     0 B  \xc3\xa4rger\n");
}

TEST_CASE("colours are there only when wanted, and do not count as width", "[cli]") {
    CHECK(small().render({.colour = true}) ==
          "\x1b[1mID\x1b[0m      \x1b[1mSIZE\x1b[0m  \x1b[1mNAME\x1b[0m\n"
          "1     1.2 MB  \x1b[32mgw\x1b[0m\n"
          "1000     0 B  \xc3\xa4rger\n");
}

TEST_CASE("a cell cannot bring a line break or an escape sequence", "[cli][hostile-h7]") {
    Table table({{"A"}, {"B"}});
    table.add({"x\n\x1b[31my", "z"});
    CHECK(table.render({}) ==
          "A               B\n"
          "x\\x0a\\x1b[31my  z\n");
}

TEST_CASE("a table without rows is nothing", "[cli]") {
    CHECK(Table({{"A"}}).render({}).empty());
    CHECK(Table({{"A"}}).empty());
}
