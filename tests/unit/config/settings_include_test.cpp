#include <catch2/catch_test_macros.hpp>

#include "daemon/config/settings_parser.h"
#include "tests/unit/config/memory_files.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::settings;

namespace {

using Texts = std::map<std::string, std::string>;

Document parsed(const Texts& texts) {
    auto document = parse(MemoryFiles(texts), "/etc/s.conf");
    if (!document) INFO(document.error().to_string());
    REQUIRE(document);
    return std::move(*document);
}

std::string error_of(const Texts& texts) {
    const auto document = parse(MemoryFiles(texts), "/etc/s.conf");
    return document ? "no error" : document.error().to_string();
}

const std::string* value_in(const Document& document, std::string_view section, std::string_view key) {
    const Section* found = document.root->sections.find(section);
    const Setting* setting = found == nullptr ? nullptr : found->settings.find(key);
    return setting != nullptr && setting->value ? &*setting->value : nullptr;
}

}  // namespace

TEST_CASE("includes work at every level, in the order of their names", "[config][include]") {
    const Document document = parsed({
        {"/etc/s.conf", "include conf.d/*.conf\na {\n include in.conf # here\n last = 1 }\n"},
        {"/etc/conf.d/1.conf", "a { k = 1\n }"},
        {"/etc/conf.d/2.conf", "a { k = 2\n }"},
        {"/etc/conf.d/ignored", "a { k = 3\n }"},
        {"/etc/in.conf", "inner = 5"},
    });
    CHECK(*value_in(document, "a", "k") == "2");
    CHECK(*value_in(document, "a", "inner") == "5");
    CHECK(*value_in(document, "a", "last") == "1");
    CHECK(document.warnings.empty());
}

TEST_CASE("include patterns are relative to the including file, or absolute", "[config][include]") {
    const Document document = parsed({
        {"/etc/s.conf", "include sub/one.conf include /var/two.conf"},
        {"/etc/sub/one.conf", "include next.conf"},
        {"/etc/sub/next.conf", "a { from = sub\n }"},
        {"/etc/next.conf", "a { from = top\n }"},
        {"/var/two.conf", "b { from = var\n }"},
    });
    CHECK(*value_in(document, "a", "from") == "sub");
    CHECK(*value_in(document, "b", "from") == "var");
}

TEST_CASE("a relative path has relative includes", "[config][include]") {
    const MemoryFiles files({{"s.conf", "include t.conf"}, {"t.conf", "a { k = 1\n }"}});
    const auto document = parse(files, "s.conf");
    REQUIRE(document);
    CHECK(*value_in(*document, "a", "k") == "1");
}

TEST_CASE("include patterns may be quoted or have escaped characters", "[config][include]") {
    const Document document = parsed({
        {"/etc/s.conf", "include \"with blank.conf\"\ninclude other\\ blank.conf\na { include sharp\\#\\}.conf }"},
        {"/etc/with blank.conf", "b { k = 1\n }"},
        {"/etc/other blank.conf", "b { l = 2\n }"},
        {"/etc/sharp#}.conf", "m = 3"},
    });
    CHECK(*value_in(document, "b", "k") == "1");
    CHECK(*value_in(document, "b", "l") == "2");
    CHECK(*value_in(document, "a", "m") == "3");
}

TEST_CASE("what is included may open a section that the including file closes", "[config][include]") {
    const Document document = parsed({
        {"/etc/s.conf", "include open.conf\n k = 1\n }"},
        {"/etc/open.conf", "a {"},
    });
    CHECK(*value_in(document, "a", "k") == "1");
    CHECK(error_of({{"/etc/s.conf", "a { }\ninclude open.conf\n"}, {"/etc/open.conf", "\nb {"}}) ==
          "/etc/open.conf:2:1: the section that starts here is not closed");
}

TEST_CASE("a pattern without a match is fine, a missing file is worth a warning", "[config][include]") {
    const Document document = parsed({{"/etc/s.conf", "include conf.d/*.conf\ninclude gone.conf\n"}});
    REQUIRE(document.warnings.size() == 1);
    CHECK(document.warnings.at(0) == "/etc/s.conf:2:1: include 'gone.conf' matches no file");
}

TEST_CASE("errors in an included file name that file", "[config][include]") {
    CHECK(error_of({{"/etc/s.conf", "a { }\ninclude b.conf"}, {"/etc/b.conf", "ok = 1\n  oops\n"}}) ==
          "/etc/b.conf:3:1: expected '=', '{' or ':' after a name");
}

TEST_CASE("an include needs a pattern", "[config][include]") {
    CHECK(error_of({{"/etc/s.conf", "a { include }\n"}}) == "/etc/s.conf:1:13: include without a file name");
    CHECK(error_of({{"/etc/s.conf", "include \"\"\n"}}) == "/etc/s.conf:1:9: include without a file name");
    CHECK(error_of({{"/etc/s.conf", "include \"x\n"}}) ==
          "/etc/s.conf:1:9: the quoted string that starts here is not closed");
}

TEST_CASE("include loops are errors", "[config][include]") {
    CHECK(error_of({{"/etc/s.conf", "a { }\ninclude s.conf"}}) ==
          "/etc/s.conf:2:1: include loop: '/etc/s.conf' is being read already");
    CHECK(error_of({{"/etc/s.conf", "include b.conf"}, {"/etc/b.conf", "\n\ninclude *.conf"}}) ==
          "/etc/b.conf:3:1: include loop: '/etc/b.conf' is being read already");
    CHECK(error_of({{"/etc/s.conf", "include ./s.conf"}, {"/etc/./s.conf", "include s.conf"}}).find("loop") !=
          std::string::npos);
}

TEST_CASE("the same file may be included twice, side by side", "[config][include]") {
    const Document document = parsed({
        {"/etc/s.conf", "a { include common }\nb { include common }"},
        {"/etc/common", "k = 1"},
    });
    CHECK(*value_in(document, "a", "k") == "1");
    CHECK(*value_in(document, "b", "k") == "1");
}

TEST_CASE("a file that cannot be read is an error, wherever it is named", "[config][include]") {
    CHECK(error_of({}) == "/etc/s.conf: No such file or directory");

    struct Unreadable final : Files {
        xfrmd::base::Result<FileText> read(const std::string& path, std::size_t) const override {
            if (path == "/etc/s.conf") return FileText{"a {\n  include x\n}", false};
            return xfrmd::base::fail(xfrmd::base::Reason::ConfigurationInvalid, "Permission denied");
        }
        xfrmd::base::Result<std::vector<std::string>> glob(const std::string& pattern) const override {
            return std::vector{pattern};
        }
    };
    const auto document = parse(Unreadable{}, "/etc/s.conf");
    REQUIRE_FALSE(document);
    CHECK(document.error().to_string() == "/etc/s.conf:2:3: cannot read '/etc/x': Permission denied");
}
