#include "daemon/config/swanctl_value.h"

#include <catch2/catch_test_macros.hpp>

using namespace xfrmd::daemon;

namespace {

// What a value means, or "no" and what is expected.
std::string meaning(Kind kind, std::string_view text, std::string_view words = {}) {
    const auto value = read_value(kind, words, text);
    return value ? value->canonical : "no: " + value.error();
}

bool refused(Kind kind, std::string_view text, std::string_view words = {}) {
    return !read_value(kind, words, text).has_value();
}

}  // namespace

TEST_CASE("booleans have four words for each", "[config][value]") {
    for (const char* yes : {"yes", "true", "enabled", "1", "YES", "True"}) {
        CHECK(meaning(Kind::boolean, yes) == "yes");
        CHECK(read_value(Kind::boolean, {}, yes)->number == 1);
    }
    for (const char* no : {"no", "false", "disabled", "0", "No", "DISABLED"}) {
        CHECK(meaning(Kind::boolean, no) == "no");
        CHECK(read_value(Kind::boolean, {}, no)->number == 0);
    }
    for (const char* neither : {"", "on", "off", "y", "2", "yes no", "yes "}) CHECK(refused(Kind::boolean, neither));
}

TEST_CASE("numbers are decimal, octal or hexadecimal", "[config][value]") {
    CHECK(meaning(Kind::number, "4500") == "4500");
    CHECK(meaning(Kind::number, "0x1F") == "31");
    CHECK(meaning(Kind::number, "0X1f") == "31");
    CHECK(meaning(Kind::number, "010") == "8");
    CHECK(meaning(Kind::number, "0") == "0");
    CHECK(meaning(Kind::number, "18446744073709551615") == "18446744073709551615");
    for (const char* bad : {"", "-1", "+1", "08", "1.5", "0x", "1 2", "18446744073709551616", "ten", "1s"}) {
        INFO(bad);
        CHECK(refused(Kind::number, bad));
    }
}

TEST_CASE("times have units", "[config][value]") {
    CHECK(read_value(Kind::time, {}, "90")->number == 90);
    CHECK(read_value(Kind::time, {}, "90s")->number == 90);
    CHECK(read_value(Kind::time, {}, "3m")->number == 180);
    CHECK(read_value(Kind::time, {}, "4H")->number == 14400);
    CHECK(read_value(Kind::time, {}, "2 d")->number == 172800);
    CHECK(meaning(Kind::time, "0h") == "0");
    for (const char* bad : {"", "s", "3w", "3ms", "3 m 2 s", "1h30", "-3s", "213503982334602d"}) {
        INFO(bad);
        CHECK(refused(Kind::time, bad));
    }
}

TEST_CASE("amounts have binary units", "[config][value]") {
    CHECK(read_value(Kind::bytes, {}, "500")->number == 500);
    CHECK(read_value(Kind::bytes, {}, "2k")->number == 2048);
    CHECK(read_value(Kind::bytes, {}, "2 M")->number == 2U * 1024 * 1024);
    CHECK(read_value(Kind::bytes, {}, "1G")->number == 1024U * 1024 * 1024);
    for (const char* bad : {"", "k", "1t", "1kb", "17179869184g"}) {
        INFO(bad);
        CHECK(refused(Kind::bytes, bad));
    }
}

TEST_CASE("words are compared without regard to case", "[config][value]") {
    CHECK(meaning(Kind::word, "KEEP", "no keep") == "keep");
    CHECK(meaning(Kind::word, "kept", "no keep") == "no: one of no, keep");
    CHECK(refused(Kind::word, "", "no keep"));
    CHECK(refused(Kind::word, "no keep", "no keep"));
}

TEST_CASE("actions have other names and may be joined", "[config][value]") {
    constexpr std::string_view words = "none clear trap route start restart";
    CHECK(meaning(Kind::action, "clear", words) == "none");
    CHECK(meaning(Kind::action, "Route", words) == "trap");
    CHECK(meaning(Kind::action, "restart", words) == "start");
    CHECK(meaning(Kind::action, "start|trap", words) == "trap|start");
    CHECK(meaning(Kind::action, "none | start", words) == "start");
    CHECK(refused(Kind::action, "", words));
    CHECK(refused(Kind::action, "|", words));
    CHECK(refused(Kind::action, "start|stop", words));
    CHECK(refused(Kind::action, "start trap", words));
}

TEST_CASE("marks, interface ids, dscp and padding have their own forms", "[config][value]") {
    CHECK(meaning(Kind::mark, "0x10/0xff") == "16/255");
    CHECK(meaning(Kind::mark, "0x1ff/0xff") == "255/255");
    CHECK(meaning(Kind::mark, "5") == "5/4294967295");
    CHECK(meaning(Kind::mark, "0/0") == "0/0");
    CHECK(meaning(Kind::mark, "%unique", "%unique %same") == "%unique/4294967295");
    CHECK(meaning(Kind::mark, "%same/0xff", "%unique %same") == "%same/255");
    CHECK(read_value(Kind::mark, {}, "0x1ff/0xff")->number == 255);
    CHECK(read_value(Kind::mark, {}, "0x1ff/0xff")->mask == 255);
    CHECK(meaning(Kind::mark, "%unique") == "no: a mark: value/mask of 32 bits");
    CHECK(meaning(Kind::mark, "%same", "%unique %unique-dir") ==
          "no: a mark: value/mask of 32 bits, or one of %unique, %unique-dir");
    CHECK(meaning(Kind::mark, "5/0") == "no: a mask that lets the mark through; 0/0 is no mark");
    CHECK(refused(Kind::mark, "%unique/0", "%unique"));
    CHECK(refused(Kind::mark, "5/"));
    CHECK(refused(Kind::mark, "/5"));
    CHECK(refused(Kind::mark, "0x100000000"));
    CHECK(refused(Kind::mark, "1/0x100000000"));
    CHECK(refused(Kind::mark, "%other", "%unique"));
    CHECK(meaning(Kind::if_id, "0x2A") == "42");
    CHECK(meaning(Kind::if_id, "%unique-dir") == "%unique-dir");
    CHECK(refused(Kind::if_id, "%same"));
    CHECK(refused(Kind::if_id, ""));
    CHECK(meaning(Kind::dscp, "101110") == "46");
    CHECK(refused(Kind::dscp, "2"));
    CHECK(refused(Kind::dscp, "1111111"));
    CHECK(meaning(Kind::padding, "mtu") == "mtu");
    CHECK(meaning(Kind::padding, "0x10") == "16");
    CHECK(refused(Kind::padding, "MTU"));
}

TEST_CASE("authentication methods are read whatever their case", "[config][value]") {
    CHECK(meaning(Kind::auth, "PSK") == "psk");
    CHECK(meaning(Kind::auth, "RSA/PSS-sha256") == "rsa/pss-sha256");
}

TEST_CASE("lists leave out blanks and empty items", "[config][value]") {
    using List = std::vector<std::string_view>;
    CHECK(split_list("a,b") == List{"a", "b"});
    CHECK(split_list(" a , , b c ,") == List{"a", "b c"});
    CHECK(split_list("").empty());
    CHECK(split_list(" , ").empty());
    CHECK(read_value(Kind::list, {}, "a, b")->items == List{"a", "b"});
}
