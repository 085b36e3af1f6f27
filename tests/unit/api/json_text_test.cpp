#include "daemon/api/json_text.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "daemon/api/limits.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

TEST_CASE("JSON is read as RFC 8259 has it", "[api][rfc8259-2]") {
    CHECK(parse_json_text(R"({"a":[1,-2,3.5,true,null,"\u00e4\ud83d\ude00"]})")->at("a")[5] ==
          "\xc3\xa4\xf0\x9f\x98\x80");
    CHECK(parse_json_text("18446744073709551615")->get<std::uint64_t>() == 18446744073709551615u);
    CHECK(parse_json_text(" [] ")->empty());
}

TEST_CASE("what two readers could see differently is refused", "[api][hostile-h1]") {
    const std::vector<std::string> broken = {
        R"({"a":1,"a":2})",
        R"([{"a":{"b":1,"c":{},"b":2}}])",
        R"({"a":1,"\u0061":2})",  // the same name, written in two ways
        "\"\xff\"",
        "\"\xc3\"",
        "\"\xed\xa0\x80\"",  // a surrogate in UTF-8
        "\"\xc0\xaf\"",      // overlong
        R"("\ud800")",
        R"("\x")",
        "1e999",
        "-1e999",
        "NaN",
        "Infinity",
        "01",
        "1.",
        "+1",
        "0x10",
        "'a'",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "// no comment\n{}",
        "{} {}",
        "",
        " ",
        std::string("{}\0", 3),
        std::string("\"\0\"", 3),
        "\"\t\"",
        "tru",
        "[1 2]",
    };
    for (const std::string& text : broken) {
        CAPTURE(text);
        const auto value = parse_json_text(text);
        REQUIRE_FALSE(value);
        CHECK(value.error().kind == ErrorKind::ParseError);
        CHECK_FALSE(value.error().message.empty());
    }
}

TEST_CASE("the same name in different objects is no repetition", "[api]") {
    CHECK(parse_json_text(R"([{"a":1},{"a":{"a":2}},{"b":{"a":1},"a":3}])"));
}

TEST_CASE("as many members as a message may have are read and checked", "[api][hostile-h1]") {
    std::string text = "{";
    for (int i = 0; i < 4000; ++i) text += "\"" + std::to_string(i) + "\":0,";
    CHECK(parse_json_text(text + "\"x\":0}")->size() == 4001);
    CHECK_FALSE(parse_json_text(text + "\"7\":0}"));
    CHECK(text.size() < kMaxMessageBytes);
}

TEST_CASE("the error tells where", "[api]") {
    CHECK(parse_json_text("{\"a\": nope}").error().message == "the message is not valid JSON at byte 8");
}

TEST_CASE("what we send is one line of ASCII whatever is in it", "[api][hostile-h7]") {
    const std::string line = to_line(Json{{"id", "\x1b[2J\n\xc3\xa4\xff"}});
    CHECK(line == R"({"id":"\u001b[2J\n\u00e4\ufffd"})");
}
