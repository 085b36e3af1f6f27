// Loading objects by xfrmctl.
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <string>

#include "tests/unit/cli/stage.h"

using namespace xfrmd::cli;

TEST_CASE("load takes a file as swanctl.conf has it, in JSON", "[cli]") {
    Stage stage;
    const xfrmd::daemon::TemporaryFolder folder;
    const auto file = [&](const std::string& text) {
        std::ofstream(folder.file("f.json")) << text;
        return folder.file("f.json");
    };
    const std::string rounds = R"("local": {"auth": "psk"}, "remote": {"auth": "psk"})";
    const Run& loaded = stage.run({"conn", "load", file("{\"a\": {" + rounds + "}, \"b\": {" + rounds + "}}")});
    CHECK(loaded.code == ExitCode::ok);
    CHECK(loaded.out.str() == "conn a is loaded\nconn b is loaded\n");
    CHECK(stage.run({"secret", "load", file(R"({"ike-a": {"secret": "x"}})")}).code == ExitCode::ok);
    const Run& list = stage.run({"object", "list"});
    CHECK(has(list.out, "connection  b      json-rpc\n"));
    CHECK(has(list.out, "3 objects\n"));
    CHECK(json_of(stage.run({"object", "list", "--kind", "secret", "--json"})).at("items").size() == 1);
    CHECK(stage.run({"object", "list", "--from", "nobody"}).code == ExitCode::usage);
    CHECK(stage.run({"conn", "unload", "a"}).out.str() == "conn a is unloaded\n");
    CHECK(stage.run({"conn", "unload", "a"}).code == ExitCode::no_match);
    CHECK(stage.run({"secret", "unload", "zz"}).code == ExitCode::no_match);
}

TEST_CASE("load tells all that is wrong, and goes on with the others", "[cli]") {
    Stage stage;
    const xfrmd::daemon::TemporaryFolder folder;
    std::ofstream(folder.file("f.json"))
        << R"({"a": {"mobik": "no", "local": {"auth": "psk"}}, "b": {"local": {"auth": "psk"}, "remote": {"auth": "psk"}}})";
    const Run& run = stage.run({"conn", "load", folder.file("f.json")});
    CHECK(run.code == ExitCode::partial);
    CHECK(has(run.err, "also: connections.a: unknown key 'mobik'"));
    CHECK(run.out.str() == "conn b is loaded\n");
    for (const char* text : {"{", "[]", R"({"a": {}, "a": {}})"}) {
        std::ofstream(folder.file("g.json")) << text;
        CHECK(stage.run({"conn", "load", folder.file("g.json")}).code == ExitCode::usage);
    }
    CHECK(stage.run({"conn", "load", folder.file("none")}).code != ExitCode::ok);
    CHECK(stage.run({"key", "load", folder.file("f.json")}).code == ExitCode::failed);
}
