#include "cli/text.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <string>

using namespace xfrmd::cli;
using namespace std::chrono_literals;

TEST_CASE("text for the terminal has no controls, no reordering, no broken UTF-8", "[cli][hostile-h7]") {
    CHECK(terminal_safe("right.example.org") == "right.example.org");
    CHECK(terminal_safe("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") == "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    CHECK(terminal_safe("\x1b[2J\n\t\x7f") == "\\x1b[2J\\x0a\\x09\\x7f");
    CHECK(terminal_safe(std::string("a\0b", 3)) == "a\\x00b");
    CHECK(terminal_safe("\xc2\x9b[31m") == "\\xc2\\x9b[31m");  // CSI as one C1 character
    CHECK(terminal_safe("a\xe2\x80\xae"
                        "b") == "a\\xe2\\x80\\xaeb");  // right-to-left override
    CHECK(terminal_safe("a\xe2\x80\x8b"
                        "b") == "a\\xe2\\x80\\x8bb");  // zero width
    CHECK(terminal_safe("\xff\xc3") == "\\xff\\xc3");
    CHECK(terminal_safe("\xc0\xaf") == "\\xc0\\xaf");                    // overlong
    CHECK(terminal_safe("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // surrogate
    CHECK(terminal_safe("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond Unicode
    CHECK(terminal_safe("\xe2\x82") == "\\xe2\\x82");                    // cut off
    CHECK(terminal_safe("\xe2\x82"
                        "a") ==
          "\\xe2\\x82"
          "a");
}

TEST_CASE("width counts characters", "[cli]") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("\xc3\xa4\xe2\x82\xac") == 2);
}

TEST_CASE("sizes are read at a glance", "[cli]") {
    CHECK(human_bytes(0) == "0 B");
    CHECK(human_bytes(999) == "999 B");
    CHECK(human_bytes(1000) == "1.0 kB");
    CHECK(human_bytes(3400) == "3.4 kB");
    CHECK(human_bytes(99949) == "99.9 kB");
    CHECK(human_bytes(99950) == "100 kB");
    CHECK(human_bytes(999499) == "999 kB");
    CHECK(human_bytes(999500) == "1.0 MB");
    CHECK(human_bytes(1200000) == "1.2 MB");
    CHECK(human_bytes(345000000000) == "345 GB");
    CHECK(human_bytes(std::numeric_limits<std::uint64_t>::max()) == "18.4 EB");
}

TEST_CASE("ages are read at a glance", "[cli]") {
    CHECK(human_age(0) == "0s");
    CHECK(human_age(59) == "59s");
    CHECK(human_age(60) == "1m00s");
    CHECK(human_age(192) == "3m12s");
    CHECK(human_age(3599) == "59m59s");
    CHECK(human_age(7500) == "2h05m");
    CHECK(human_age(273600) == "3d04h");
    CHECK(human_age(std::numeric_limits<std::uint64_t>::max()) == "213503982334601d07h");
}

TEST_CASE("durations are read with their units", "[cli]") {
    CHECK(parse_duration("10") == 10s);
    CHECK(parse_duration("10s") == 10s);
    CHECK(parse_duration("500ms") == 500ms);
    CHECK(parse_duration("2m") == 2min);
    CHECK(parse_duration("24h") == 24h);
    CHECK(parse_duration("0") == 0s);
    for (const char* text :
         {"", "s", "-1", "+1", "1.5s", "10 s", "10x", "25h", "86401", "99999999999999999999", "10ss"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("counts agree with their nouns", "[cli]") {
    CHECK(counted(0, "SA") == "0 SAs");
    CHECK(counted(1, "SA") == "1 SA");
    CHECK(counted(2, "SA") == "2 SAs");
}

TEST_CASE("points in time are read as they are written", "[cli]") {
    using namespace std::chrono;
    CHECK(parse_time("2031-01-31") == sys_days{2031y / 1 / 31});
    CHECK(parse_time("2032-02-29T23:59:59Z") == sys_days{2032y / 2 / 29} + 23h + 59min + 59s);
    for (const char* text : {"", "soon", "2031-01-32", "2031-02-29", "2031-1-31", "2031-01-31T12:00:00", "2031-13-01",
                             "2031-01-31 12:00:00Z", "2031-01-31T24:00:00Z", "2031-01-31T12:60:00Z", "-031-01-31",
                             "2031-01-31T12:00:0xZ", "2031-01-31T12:00:00Z "}) {
        CAPTURE(text);
        CHECK_FALSE(parse_time(text));
    }
}
