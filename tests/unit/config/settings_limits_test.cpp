#include <catch2/catch_test_macros.hpp>

#include "daemon/config/settings_lexer.h"
#include "daemon/config/settings_parser.h"
#include "daemon/config/settings_view.h"
#include "tests/unit/config/memory_files.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::settings;

namespace {

using Texts = std::map<std::string, std::string>;

std::string outcome(const Texts& texts, const Limits& limits = {}) {
    const auto document = parse(MemoryFiles(texts), "/s.conf", limits);
    return document ? "loaded" : document.error().to_string();
}

std::string repeated(std::size_t count, const std::string& text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

}  // namespace

TEST_CASE("sections nest up to the limit and not deeper", "[config][limits]") {
    CHECK(outcome({{"/s.conf", repeated(64, "a{") + repeated(64, "}")}}) == "loaded");
    CHECK(outcome({{"/s.conf", repeated(65, "a{") + repeated(65, "}")}}) ==
          "/s.conf:1:129: sections are nested too deep");
    CHECK(outcome({{"/s.conf", repeated(1'000'000, "a{")}}) == "/s.conf:1:129: sections are nested too deep");
}

TEST_CASE("includes nest up to the limit and not deeper", "[config][limits]") {
    Texts texts{{"/s.conf", "include 1"}};
    for (int i = 1; i <= 16; ++i) texts["/" + std::to_string(i)] = "include " + std::to_string(i + 1);
    texts["/16"] = "a { }";
    CHECK(outcome(texts) == "loaded");
    texts["/16"] = "include 17";
    texts["/17"] = "a { }";
    CHECK(outcome(texts) == "/16:1:1: includes are nested too deep");
}

TEST_CASE("files that include two others each do not multiply without end", "[config][limits]") {
    Texts texts{{"/s.conf", "include 1 include 1"}};
    for (int i = 1; i < 16; ++i) {
        const std::string next = std::to_string(i + 1);
        texts["/" + std::to_string(i)] = "include " + next + " include " + next;
    }
    texts["/16"] = "a { k = 1\n }";
    CHECK(outcome(texts, {.files = 1000}).ends_with("too many files"));
    CHECK(outcome(texts, {.items = 1000}).ends_with("too many sections and settings"));
}

TEST_CASE("files have a largest size, one by one and together", "[config][limits]") {
    const std::string comment = "#" + std::string(99, ' ');
    CHECK(outcome({{"/s.conf", comment}}, {.file_bytes = 100}) == "loaded");
    CHECK(outcome({{"/s.conf", comment + "#"}}, {.file_bytes = 100}) == "/s.conf: too large");
    const Texts texts{{"/s.conf", "include a\ninclude a"}, {"/a", comment}};
    CHECK(outcome(texts, {.total_bytes = 219}) == "loaded");
    CHECK(outcome(texts, {.total_bytes = 218}) == "/s.conf:2:1: cannot read '/a': too large");
}

TEST_CASE("every section, setting and reference counts", "[config][limits]") {
    CHECK(outcome({{"/s.conf", "a : b { k = 1\n k = 2\n }"}}, {.items = 4}) == "loaded");
    CHECK(outcome({{"/s.conf", "a : b { k = 1\n k = 2\n }"}}, {.items = 3}) ==
          "/s.conf:2:2: too many sections and settings");
}

TEST_CASE("names have a longest length", "[config][limits]") {
    CHECK(outcome({{"/s.conf", std::string(Lexer::kLongestName, 'n') + " { }"}}) == "loaded");
    CHECK(outcome({{"/s.conf", std::string(Lexer::kLongestName + 1, 'n') + " { }"}}) ==
          "/s.conf:1:1: name is longer than 255 bytes");
}

TEST_CASE("a long chain of inheritance and a wide one are refused", "[config][limits]") {
    std::string chain = "s0 { }\n";
    for (int i = 1; i <= 70; ++i) chain.insert(0, "s" + std::to_string(i) + " : s" + std::to_string(i - 1) + " { }\n");
    const auto long_document = parse(MemoryFiles({{"/s.conf", chain}}), "/s.conf");
    REQUIRE(long_document);
    const auto too_long = References::resolve(*long_document);
    REQUIRE_FALSE(too_long);
    CHECK(too_long.error().at(0).message == "too many sections inherit from one another");

    std::string wide = "a : ";
    std::string bases;
    for (int i = 0; i < 300; ++i) {
        bases += "b" + std::to_string(i) + " { }\n";
        wide += (i == 0 ? "b" : ", b") + std::to_string(i);
    }
    const auto wide_document = parse(MemoryFiles({{"/s.conf", bases + wide + " { }\nc : a { }"}}), "/s.conf");
    REQUIRE(wide_document);
    const auto too_wide = References::resolve(*wide_document);
    REQUIRE_FALSE(too_wide);
    CHECK(too_wide.error().at(0).to_string() == "/s.conf:302:5: the section inherits from too many others");
}
