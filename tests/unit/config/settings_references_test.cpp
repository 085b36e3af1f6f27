#include <catch2/catch_test_macros.hpp>

#include "daemon/config/settings_parser.h"
#include "daemon/config/settings_view.h"
#include "tests/unit/config/memory_files.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::settings;

namespace {

struct Loaded {
    Document document;
    References references;
};

Loaded loaded(const std::string& text) {
    auto document = parse(MemoryFiles({{"/s.conf", text}}), "/s.conf");
    REQUIRE(document);
    auto references = References::resolve(*document);
    if (!references) INFO(references.error().at(0).to_string());
    REQUIRE(references);
    return {std::move(*document), std::move(*references)};
}

// "k=v l=w { sub: m=x }": what holds in the view, in order.
std::string written(const View& view) {
    std::string text;
    for (const Setting* setting : view.settings()) text += setting->name + "=" + *setting->value + " ";
    for (const View& inner : view.sections()) text += std::string(inner.name()) + "{ " + written(inner) + "} ";
    return text;
}

std::string section_of(const std::string& text, std::string_view name) {
    const Loaded all = loaded(text);
    for (const View& view : View::of_root(all.document, all.references).sections()) {
        if (view.name() == name) return written(view);
    }
    return "no such section";
}

std::string errors_of(const std::string& text) {
    const auto document = parse(MemoryFiles({{"/s.conf", text}}), "/s.conf");
    REQUIRE(document);
    const auto references = References::resolve(*document);
    std::string all;
    if (!references) {
        for (const ConfigError& error : references.error()) all += error.to_string() + "\n";
    }
    return all;
}

}  // namespace

// The expectations below are what swanctl 6.0.1 makes of the same texts.

TEST_CASE("own settings win over inherited ones, earlier bases over later ones", "[config][references]") {
    const std::string bases =
        "b1 { k = 1\n l = 1\n s { a = 1\n } }\nb2 { l = 2\n m = 2\n s { a = 2\n b = 2\n } t { } }\n";
    CHECK(section_of(bases + "x : b1, b2 { k = 0\n }", "x") == "k=0 l=1 m=2 s{ a=1 b=2 } t{ } ");
    CHECK(section_of(bases + "x : b2, b1 { }", "x") == "l=2 m=2 k=1 s{ a=2 b=2 } t{ } ");
    CHECK(section_of(bases + "x : b1.s { }", "x") == "a=1 ");
    CHECK(section_of(bases + "x:b1,\n  b2 # comment\n{ s { a = 0\n } }", "x") == "k=1 l=1 m=2 s{ a=0 b=2 } t{ } ");
}

TEST_CASE("bases may be defined later, and be repeated", "[config][references]") {
    CHECK(section_of("x : b { }\nb { k = 1\n }\nb { l = 2\n }", "x") == "k=1 l=2 ");
    CHECK(section_of("x : b { }\nx : c { }\nb { k = 1\n }\nc { k = 2\n l = 2\n }", "x") == "k=1 l=2 ");
}

TEST_CASE("an empty assignment hides an inherited value", "[config][references]") {
    CHECK(section_of("b { k = 1\n l = 1\n }\nx : b { k =\n }", "x") == "l=1 ");
    CHECK(section_of("b { k = 1\n }\nc : b { k =\n }\nx : c { }", "x").empty());
    CHECK(section_of("b { k = 1\n }\nx : b { k = \"\"\n }", "x") == "k= ");
}

TEST_CASE("bases inherit in turn", "[config][references]") {
    CHECK(section_of("a { k = a\n s { t = a\n } }\nb : a { l = b\n }\nx : b { }", "x") == "l=b k=a s{ t=a } ");
}

TEST_CASE("inner sections inherit from their own bases before those of their place", "[config][references]") {
    const std::string text =
        "tmpl { s { mode = beet\n reqid = 5\n } }\nother { id = o\n mode = o\n }\n"
        "x : tmpl { s : other { own = 1\n } }";
    CHECK(section_of(text, "x") == "s{ own=1 id=o mode=o reqid=5 } ");
}

TEST_CASE("a base may lie in something inherited", "[config][references]") {
    CHECK(section_of("a { s { k = 1\n } }\nb : a { }\nx : b.s { }", "x") == "k=1 ");
}

TEST_CASE("a section may contain one that inherits from it", "[config][references]") {
    const Loaded all = loaded("x { k = 1\n y { k = 2\n z : x { } } }");
    const View x = View::of_root(all.document, all.references).sections().at(0);
    const View z = x.sections().at(0).sections().at(0);
    CHECK(z.settings().at(0)->value == "1");
    CHECK(z.sections().at(0).name() == "y");
}

TEST_CASE("a missing base is named, with a near match", "[config][references]") {
    CHECK(errors_of("defaults { }\nx :  default { }") ==
          "/s.conf:2:6: there is no section 'default' to inherit from; did you mean 'defaults'?\n");
    CHECK(errors_of("x : a.b { }\na { }\ny : a, z { }") ==
          "/s.conf:1:5: there is no section 'a.b' to inherit from\n"
          "/s.conf:3:8: there is no section 'z' to inherit from\n");
}

TEST_CASE("a missing base of a base is reported once, where it stands", "[config][references]") {
    CHECK(errors_of("b : gone { }\nx : b { }\ny : b { }\nz : x { }") ==
          "/s.conf:1:5: there is no section 'gone' to inherit from\n");
}

TEST_CASE("sections that inherit from one another are refused", "[config][references]") {
    CHECK(errors_of("x : x { }") == "/s.conf:1:5: the sections that inherit from one another form a loop\n");
    CHECK(errors_of("x : y { }\ny : z { }\nz : x { }\nq : z { }") ==
          "/s.conf:1:5: the sections that inherit from one another form a loop\n");
    CHECK(errors_of("x : x.y { y { } }") == "/s.conf:1:5: the sections that inherit from one another form a loop\n");
}

TEST_CASE("what inherits through many ways is looked up once", "[config][references]") {
    std::string text = "s0 { k = 1\n }\n";
    for (int i = 1; i < 60; ++i) {
        const std::string before = "s" + std::to_string(i - 1);
        text += "s" + std::to_string(i) + " : " + before + ", " + before + " { }\n";
    }
    CHECK(section_of(text, "s59") == "k=1 ");
}

TEST_CASE("settings are found by name through inheritance", "[config][references]") {
    const Loaded all = loaded("b { k = 1\n l = 1\n }\nx : b { l =\n }\n");
    const View x = View::of_root(all.document, all.references).sections().at(1);
    CHECK(x.setting("k")->value_at == Position{0, 1, 9});
    CHECK_FALSE(x.has("l"));
    CHECK_FALSE(x.has("m"));
}

TEST_CASE("a section of the top level is used when it, or something in it, is inherited", "[config][references]") {
    const Loaded all = loaded("b { }\nc { s { } }\nc-1 { }\nx : b, c.s { }\n");
    CHECK(all.references.uses("b"));
    CHECK(all.references.uses("c"));
    CHECK_FALSE(all.references.uses("c-1"));
    CHECK_FALSE(all.references.uses("x"));
    CHECK_FALSE(all.references.uses("s"));
}
