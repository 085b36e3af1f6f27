#include "daemon/api/json_splitter.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "daemon/api/limits.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

namespace {

struct Split {
    std::vector<std::string> texts;
    std::optional<ErrorKind> fault;
};

void drain(JsonSplitter& splitter, Split& split) {
    while (auto text = splitter.next()) split.texts.push_back(*text);
    if (splitter.fault()) split.fault = splitter.fault()->kind;
}

Split split_in_two(std::string_view stream, std::size_t at) {
    JsonSplitter splitter;
    Split split;
    splitter.feed(stream.substr(0, at));
    drain(splitter, split);
    splitter.feed(stream.substr(at));
    drain(splitter, split);
    splitter.finish();
    drain(splitter, split);
    return split;
}

Split split_whole(std::string_view stream) { return split_in_two(stream, stream.size()); }

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("texts are found one a line, concatenated and pretty-printed, wherever the stream is cut",
          "[api][rfc8259-2]") {
    const std::string stream =
        "{\"a\":1}\n"
        "{\"b\":[1,{\"c\":\"}]\\\"{\"}]}{\"d\":2}[3]\r\n"
        "{\n  \"e\": {\n    \"f\": \"\\\\\"\n  }\n}\n"
        "42 true \"x y\"null";
    const Texts expected = {"{\"a\":1}",
                            "{\"b\":[1,{\"c\":\"}]\\\"{\"}]}",
                            "{\"d\":2}",
                            "[3]",
                            "{\n  \"e\": {\n    \"f\": \"\\\\\"\n  }\n}",
                            "42",
                            "true",
                            "\"x y\"",
                            "null"};
    for (std::size_t at = 0; at <= stream.size(); ++at) {
        const Split split = split_in_two(stream, at);
        CAPTURE(at);
        REQUIRE(split.texts == expected);
        REQUIRE_FALSE(split.fault);
    }
}

TEST_CASE("texts are found in a stream that comes byte by byte", "[api][hostile-h2]") {
    JsonSplitter splitter;
    Split split;
    for (const char c : std::string("{\"a\":\"\xc3\xa4\"} [1]\n")) {
        splitter.feed({&c, 1});
        drain(splitter, split);
    }
    CHECK(split.texts == Texts{"{\"a\":\"\xc3\xa4\"}", "[1]"});
}

TEST_CASE("a text is given as soon as its last bracket is there", "[api]") {
    JsonSplitter splitter;
    splitter.feed("{\"a\":1}");
    CHECK(splitter.next() == "{\"a\":1}");
    CHECK_FALSE(splitter.next());
    CHECK_FALSE(splitter.fault());
}

TEST_CASE("what is balanced but not JSON is given on: its end is known", "[api][hostile-h1]") {
    const Split split = split_whole("{nope}\n{\"a\":1}");
    CHECK(split.texts == Texts{"{nope}", "{\"a\":1}"});
    CHECK_FALSE(split.fault);
}

TEST_CASE("lost framing ends the stream, after what came before it", "[api][hostile-h1]") {
    const std::vector<std::string> broken = {
        "]", "}", "{]", "[}", "hello", "GET / HTTP/1.1", "\xef\xbb\xbf{}", "{\"a\": \"b\n", std::string("\0", 1),
        std::string("{\0}", 3), std::string("\"\0\"", 3), "[\x01]", "12,", "{\"a", "[", "\"a", "'a'", ",", "\x7f",
        // JSON-RPC 2.0 7: "rpc call with invalid JSON"
        R"({"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz])"};
    for (const std::string& text : broken) {
        CAPTURE(text);
        const std::string stream = "{\"a\":1}\n" + text;
        for (std::size_t at = 0; at <= stream.size(); ++at) {
            const Split split = split_in_two(stream, at);
            REQUIRE(split.texts == Texts{"{\"a\":1}"});
            REQUIRE(split.fault == ErrorKind::ParseError);
        }
    }
}

TEST_CASE("a fault is for good", "[api][hostile-h1]") {
    JsonSplitter splitter;
    splitter.feed("]");
    CHECK_FALSE(splitter.next());
    REQUIRE(splitter.fault());
    splitter.feed("{\"a\":1}\n");
    CHECK_FALSE(splitter.next());
    splitter.finish();
    CHECK_FALSE(splitter.next());
}

TEST_CASE("depth is limited to 64 and no deeper text is kept", "[api][hostile-h1]") {
    const std::string deepest = std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']');
    CHECK(split_whole(deepest).texts == Texts{deepest});
    const Split deeper = split_whole(std::string(kMaxDepth + 1, '[') + std::string(kMaxDepth + 1, ']'));
    CHECK(deeper.texts.empty());
    CHECK(deeper.fault == ErrorKind::MessageTooDeep);
    CHECK(split_whole(std::string(1000000, '{')).fault == ErrorKind::MessageTooDeep);
}

TEST_CASE("a text may have so many bytes and not a byte more", "[api][hostile-h1]") {
    const std::string largest = "\"" + std::string(kMaxMessageBytes - 2, 'x') + "\"";
    CHECK(split_whole(largest).texts.size() == 1);
    CHECK(split_whole("  \n" + largest + largest).texts.size() == 2);
    const Split larger = split_whole("\"" + std::string(kMaxMessageBytes - 1, 'x') + "\"");
    CHECK(larger.texts.empty());
    CHECK(larger.fault == ErrorKind::MessageTooLarge);
}

TEST_CASE("a text may have so many values and not one more", "[api][hostile-h1]") {
    const auto list_of = [](std::size_t count) {
        std::string text = "[0";
        for (std::size_t i = 1; i < count; ++i) text += ",0";
        return text + "]";
    };
    const std::string most = list_of(kMaxValues);
    CHECK(split_whole(most + most).texts == Texts{most, most});
    const Split more = split_whole(list_of(kMaxValues + 1));
    CHECK(more.texts.empty());
    CHECK(more.fault == ErrorKind::MessageTooLarge);
}

TEST_CASE("a text without end is refused when it passes the limit, not when it ends", "[api][hostile-h1]") {
    JsonSplitter splitter;
    const std::string piece(65536, ' ');
    splitter.feed("[");
    std::size_t fed = 1;
    while (!splitter.fault() && fed < 4 * kMaxMessageBytes) {
        CHECK_FALSE(splitter.next());
        splitter.feed(piece);
        fed += piece.size();
    }
    CHECK(splitter.fault()->kind == ErrorKind::MessageTooLarge);
    CHECK(fed <= kMaxMessageBytes + 2 * piece.size());
}

TEST_CASE("white space without end costs nothing", "[api][hostile-h1]") {
    JsonSplitter splitter;
    const std::string piece(65536, '\n');
    for (int i = 0; i < 64; ++i) {
        splitter.feed(piece);
        CHECK_FALSE(splitter.next());
    }
    CHECK_FALSE(splitter.fault());
    splitter.feed("{}");
    CHECK(splitter.next() == "{}");
}

TEST_CASE("an empty stream and one that ends between texts are no fault", "[api]") {
    CHECK_FALSE(split_whole("").fault);
    CHECK_FALSE(split_whole("\n \t\r\n").fault);
    CHECK_FALSE(split_whole("{}").fault);
}
