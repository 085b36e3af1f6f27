#include <catch2/catch_test_macros.hpp>

#include "daemon/config/settings_lexer.h"
#include "daemon/config/settings_parser.h"
#include "tests/unit/config/memory_files.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::settings;

namespace {

Document parsed(const std::string& text) {
    auto document = parse(MemoryFiles({{"/s.conf", text}}), "/s.conf");
    INFO(text);
    if (!document) INFO(document.error().to_string());
    REQUIRE(document);
    return std::move(*document);
}

std::string error_of(const std::string& text) {
    const auto document = parse(MemoryFiles({{"/s.conf", text}}), "/s.conf");
    return document ? "no error" : document.error().to_string();
}

// The value of `x` in a section of one setting; "(none)" where the assignment was empty.
std::string value_of(const std::string& assignment) {
    const Document document = parsed("s {\nx = " + assignment + "\n}");
    const Setting* setting = document.root->sections.find("s")->settings.find("x");
    REQUIRE(setting != nullptr);
    return setting->value.value_or("(none)");
}

}  // namespace

TEST_CASE("sections nest and settings stand in them", "[config][settings]") {
    const Document document = parsed("a {\n  b {\n    k = v\n  }\n  l = w\n}\ntop = t\n");
    const Section* a = document.root->sections.find("a");
    REQUIRE(a != nullptr);
    CHECK(a->settings.find("l")->value == "w");
    CHECK(a->sections.find("b")->settings.find("k")->value == "v");
    CHECK(document.root->settings.find("top")->value == "t");
    CHECK(a->sections.find("c") == nullptr);
}

TEST_CASE("line ends, braces and comments may stand anywhere between names", "[config][settings]") {
    const Document document = parsed("# first\na # not a brace {\n\n{ k = v } b{c{k=w}}\r\nd\r\n{\r\nk = x\r\n}# last");
    CHECK(document.root->sections.find("a")->settings.find("k")->value == "v");
    CHECK(document.root->sections.find("b")->sections.find("c")->settings.find("k")->value == "w");
    CHECK(document.root->sections.find("d")->settings.find("k")->value == "x");
}

TEST_CASE("an unquoted value ends at the line, a comment or a closing brace", "[config][settings]") {
    CHECK(value_of("one two") == "one two");
    CHECK(value_of("one   two\t three  ") == "one two three");
    CHECK(value_of("one # two") == "one");
    CHECK(value_of("one#two") == "one");
    CHECK(value_of("one}\nt {") == "one");
    CHECK(value_of("a=b,c:d.e{f") == "a=b,c:d.e{f");
    CHECK(value_of("a\\nb\\") == "a\\nb\\");
    CHECK(value_of("a\rb") == "a b");
    CHECK(value_of("'single quotes are' letters") == "'single quotes are' letters");
}

TEST_CASE("quoted strings keep everything and know five escapes", "[config][settings]") {
    CHECK(value_of(R"("a # b } c { d  e")") == "a # b } c { d  e");
    CHECK(value_of(R"("\n\r\t\"\\")") == "\n\r\t\"\\");
    CHECK(value_of(R"("\x\'\#")") == "x'#");
    CHECK(value_of("\"one \\\ntwo\\\r\nthree\"") == "one twothree");
    CHECK(value_of("\"one\r\ntwo\"") == "one\ntwo");
    CHECK(value_of("\"\"").empty());
}

TEST_CASE("words and strings of one value are joined with single blanks", "[config][settings]") {
    CHECK(value_of(R"(a "b  c" d)") == "a b  c d");
    CHECK(value_of(R"(a"b"c)") == "a b c");
    CHECK(value_of(R"("" "" a)") == "  a");
}

TEST_CASE("an empty assignment has no value, an empty string has one", "[config][settings]") {
    CHECK(value_of("") == "(none)");
    CHECK(value_of("# nothing") == "(none)");
    CHECK(value_of("\"\"").empty());
}

TEST_CASE("repeated sections merge, of repeated keys the last one wins", "[config][settings]") {
    const Document document = parsed("a { k = 1\n l = 2\n k = 3 }\nb { }\na { l = \n m = 4\n }");
    const Section* a = document.root->sections.find("a");
    CHECK(document.root->sections.size() == 2);
    CHECK(a->settings.find("k")->value == "3");
    CHECK_FALSE(a->settings.find("l")->value.has_value());
    CHECK(a->settings.find("m")->value == "4");
}

TEST_CASE("many sections of one parent are all found", "[config][settings]") {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "s" + std::to_string(i) + " { k = " + std::to_string(i) + " }\n";
    const Document document = parsed(text + text);
    REQUIRE(document.root->sections.size() == 100);
    for (int i = 0; i < 100; ++i) {
        const Section* section = document.root->sections.find("s" + std::to_string(i));
        REQUIRE(section != nullptr);
        CHECK(section->settings.find("k")->value == std::to_string(i));
    }
}

TEST_CASE("every item knows its line and column", "[config][settings]") {
    const Document document = parsed("a {\n  k = v\n  b : a {\n    long =   \"multi\nline\"\n  last = 1 }\n}\n");
    const Section* a = document.root->sections.find("a");
    CHECK(a->at == Position{0, 1, 1});
    CHECK(a->settings.find("k")->key_at == Position{0, 2, 3});
    CHECK(a->settings.find("k")->value_at == Position{0, 2, 7});
    const Section* b = a->sections.find("b");
    CHECK(b->at == Position{0, 3, 3});
    CHECK(b->references.at(0).at == Position{0, 3, 7});
    CHECK(b->settings.find("long")->value_at == Position{0, 4, 14});
    CHECK(b->settings.find("last")->key_at == Position{0, 6, 3});
}

TEST_CASE("syntax errors say what was expected, and where", "[config][settings]") {
    CHECK(error_of("a {\n  k v\n}") == "/s.conf:2:5: expected '=', '{' or ':' after a name");
    CHECK(error_of("a {\n  k = v\n") == "/s.conf:1:1: the section that starts here is not closed");
    CHECK(error_of("a { }\n}") == "/s.conf:2:1: '}' without a section to close");
    CHECK(error_of("a { k = \"x\n }\n") == "/s.conf:1:9: the quoted string that starts here is not closed");
    CHECK(error_of("a { k = \"x\\") == "/s.conf:1:9: the quoted string that starts here is not closed");
    CHECK(error_of("\"a\" { }") == "/s.conf:1:1: a quoted string cannot stand here: names are not quoted");
    CHECK(error_of("a.b { }") == "/s.conf:1:2: names cannot have a dot");
    CHECK(error_of("a : { }") == "/s.conf:1:5: expected a name");
    CHECK(error_of("a : b, { }") == "/s.conf:1:8: expected a name");
    CHECK(error_of("a : b.  { }") == "/s.conf:1:7: expected a name");
    CHECK(error_of("a : b = 1") == "/s.conf:1:7: expected '{' after the sections to inherit from");
    CHECK(error_of("= 1") == "/s.conf:1:1: expected a name");
    CHECK(error_of("a\n= 1\nb\n") == "/s.conf:4:1: expected '=', '{' or ':' after a name");
    CHECK(error_of("a { k = 1 { } }").find("/s.conf:1:15: '}' without") == 0);
}

TEST_CASE("bytes that no editor writes are refused", "[config][settings]") {
    CHECK(error_of(std::string("a {\nk = \0 }", 10)) == "/s.conf:2:5: NUL byte in the text");
    CHECK(error_of("a {\n# \x1b[31m\n}") == "/s.conf:2:3: control character in the text");
    CHECK(error_of("a\xff { }") == "/s.conf:1:1: name is not valid UTF-8");
    CHECK(error_of("a\xc0\x80 { }") == "/s.conf:1:1: name is not valid UTF-8");
    CHECK(error_of("a\xed\xa0\x80 { }") == "/s.conf:1:1: name is not valid UTF-8");
    CHECK(error_of("caf\xc3\xa9 \xe2\x82\xac = \"\xff\"") == "/s.conf:1:7: expected '=', '{' or ':' after a name");
    CHECK(value_of("\"\xff\"") == "\xff");
}

TEST_CASE("a section and a setting may have the same name", "[config][settings]") {
    const Document document = parsed("a { }\na = 1");
    CHECK(document.root->sections.find("a") != nullptr);
    CHECK(document.root->settings.find("a")->value == "1");
}

TEST_CASE("a name may be the word include", "[config][settings]") {
    const Document document = parsed("include=1\na { include = 2\n }\n included { }");
    CHECK(document.root->settings.find("include")->value == "1");
    CHECK(document.root->sections.find("a")->settings.find("include")->value == "2");
    CHECK(document.root->sections.find("included") != nullptr);
}
