#include "cli/arguments.h"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

#include "tests/unit/cli/run_harness.h"

using namespace xfrmd::cli;
using namespace std::chrono_literals;

namespace {

struct Parsed {
    Options options;
    std::string command;  // "sa list", or "exit N"
    std::string out;
    std::string err;
};

Parsed parse(const std::vector<std::string>& arguments, std::optional<std::string> socket = std::nullopt) {
    Parsed parsed;
    std::ostringstream out;
    std::ostringstream err;
    Surroundings around{
        out,   err,   false,
        false, false, [&](const char* name) {
                            return std::string(name) == "XFRMD_SOCKET" ? socket : std::nullopt; }};
    const auto command = parse_arguments(arguments, parsed.options, around);
    parsed.command = command ? std::string((*command)->noun) + " " + std::string((*command)->verb)
                             : "exit " + std::to_string(static_cast<int>(command.error()));
    parsed.out = out.str();
    parsed.err = err.str();
    return parsed;
}

}  // namespace

TEST_CASE("options stand before or behind the command", "[cli]") {
    for (const auto& arguments : {std::vector<std::string>{"--json", "--socket", "/x", "--timeout", "2m", "sa", "list"},
                                  std::vector<std::string>{"sa", "list", "--json", "--socket", "/x", "--timeout", "2m"},
                                  std::vector<std::string>{"sa", "--json", "list", "--socket=/x", "--timeout=120"}}) {
        const Parsed parsed = parse(arguments);
        CHECK(parsed.command == "sa list");
        CHECK(parsed.options.json);
        CHECK(parsed.options.socket == "/x");
        CHECK(parsed.options.timeout == 120s);
    }
}

TEST_CASE("the socket comes from the option, the environment or the default, in this order", "[cli]") {
    CHECK(parse({"sa", "list"}).options.socket == "/run/xfrmd/api.sock");
    CHECK(parse({"sa", "list"}, "").options.socket == "/run/xfrmd/api.sock");
    CHECK(parse({"sa", "list"}, "/env").options.socket == "/env");
    CHECK(parse({"sa", "list", "--socket", "/x"}, "/env").options.socket == "/x");
}

TEST_CASE("every command takes what it is said to take", "[cli]") {
    const Parsed list =
        parse({"sa", "list", "--ike", "--conn", "gw", "--peer", "192.0.2.0/24", "--state", "established", "--detail"});
    CHECK(list.options.ike);
    CHECK(list.options.conn == "gw");
    CHECK(list.options.peer == "192.0.2.0/24");
    CHECK(list.options.state == "established");
    CHECK(list.options.detail);
    CHECK(parse({"sa", "show", "7.12"}).options.selector == "7.12");
    const Parsed clear =
        parse({"sa", "clear", "gw/net", "--child", "--force", "--timeout", "500ms", "--dry-run", "-y"});
    CHECK(clear.command == "sa clear");
    CHECK(clear.options.selector == "gw/net");
    CHECK(clear.options.child);
    CHECK(clear.options.force);
    CHECK(clear.options.dry_run);
    CHECK(clear.options.yes);
    CHECK(clear.options.timeout == 500ms);
    CHECK(parse({"sa", "clear", "--all"}).options.all);
    CHECK(parse({"conn", "up", "gw"}).command == "conn up");
    CHECK(parse({"conn", "down", "gw", "--force"}).options.force);
    CHECK(parse({"conn", "list"}).command == "conn list");
    CHECK(parse({"system", "info"}).command == "system info");
    CHECK(parse({"rpc", "discover"}).command == "rpc discover");
}

TEST_CASE("pki takes what it is said to take", "[cli][pki]") {
    const Parsed gateway = parse({"pki", "gateway", "moon", "--san", "moon.example.org", "--san", "192.0.2.1", "--ca",
                                  "root", "--kind", "ed25519", "--days", "90", "--out", "/etc/swanctl", "--force"});
    CHECK(gateway.command == "pki gateway");
    CHECK(gateway.options.pki.name == "moon");
    CHECK(gateway.options.pki.names == std::vector<std::string>{"moon.example.org", "192.0.2.1"});
    CHECK(gateway.options.pki.authority == "root");
    CHECK(gateway.options.pki.kind == "ed25519");
    CHECK(gateway.options.pki.days == 90);
    CHECK(gateway.options.pki.out == "/etc/swanctl");
    CHECK(gateway.options.force);
    CHECK(parse({"pki", "ca", "root"}).options.pki.out == ".");
    const Parsed verify = parse({"pki", "verify", "moon.pem", "--ca", "a", "--ca", "b", "--crl", "c", "--with", "d"});
    CHECK(verify.options.pki.authorities == std::vector<std::string>{"a", "b"});
    CHECK(verify.options.pki.lists == std::vector<std::string>{"c"});
    CHECK(verify.options.pki.others == std::vector<std::string>{"d"});
    for (const auto& arguments :
         {std::vector<std::string>{"pki"}, std::vector<std::string>{"pki", "ca"},
          std::vector<std::string>{"pki", "ca", "root", "--san", "x"},
          std::vector<std::string>{"pki", "ca", "root", "--kind", "rsa-1024"},
          std::vector<std::string>{"pki", "ca", "root", "--days", "0"},
          std::vector<std::string>{"pki", "ca", "root", "--days", "36501"},
          std::vector<std::string>{"pki", "ca", "root", "--ask-passphrase", "--passphrase-file", "x"},
          std::vector<std::string>{"pki", "gateway", "moon", "--san", "a", "b"},
          std::vector<std::string>{"pki", "show"}, std::vector<std::string>{"pki", "verify", "moon.pem"},
          std::vector<std::string>{"pki", "verify", "moon.pem", "--ca", "a", "--revocation", "maybe"}}) {
        CAPTURE(arguments);
        CHECK(parse(arguments).command == "exit 2");
    }
}

TEST_CASE("wrong usage is exit code 2 with a word on err", "[cli]") {
    for (const auto& arguments :
         {std::vector<std::string>{}, std::vector<std::string>{"sa"}, std::vector<std::string>{"sa", "lst"},
          std::vector<std::string>{"sa", "list", "--frobnicate"}, std::vector<std::string>{"sa", "list", "gw"},
          std::vector<std::string>{"sa", "show"}, std::vector<std::string>{"sa", "list", "--ike", "--child"},
          std::vector<std::string>{"sa", "clear", "gw", "--all"},
          std::vector<std::string>{"sa", "list", "--timeout", "soon"}, std::vector<std::string>{"conn", "up"},
          std::vector<std::string>{"nonsense"}}) {
        const Parsed parsed = parse(arguments);
        CAPTURE(arguments);
        CHECK(parsed.command == "exit 2");
        CHECK(parsed.out.empty());
        CHECK_FALSE(parsed.err.empty());
    }
}

TEST_CASE("help and version are exit code 0 on out", "[cli]") {
    CHECK(parse({"--version"}).out.starts_with("xfrmctl "));
    CHECK(parse({"--version"}).command == "exit 0");
    const Parsed help = parse({"--help"});
    CHECK(help.command == "exit 0");
    CHECK(help.out.find("security associations") != std::string::npos);
    CHECK(parse({"sa", "clear", "--help"}).out.find("--dry-run") != std::string::npos);
}

TEST_CASE("a noun may be the whole command", "[cli]") {
    const Parsed events = parse({"events", "-f", "--topic", "sa", "--topic", "kernel"});
    CHECK(events.command == "events ");
    CHECK(events.options.follow);
    CHECK(events.options.topics == std::vector<std::string>{"sa", "kernel"});
    CHECK(parse({"events", "--topic", "sa", "kernel"}).command == "exit 2");
    CHECK(parse({"--json", "events"}).options.json);
}

TEST_CASE("every row of the table can be reached", "[cli]") {
    std::set<std::string> reached;
    for (const Command& command : all_commands()) {
        CHECK(summary_of_noun(command.noun).empty() == command.verb.empty());
        std::vector<std::string> words{std::string(command.noun), std::string(command.verb), "--help"};
        std::erase(words, "");
        const Parsed parsed = parse(words);
        CHECK(parsed.command == "exit 0");
        CHECK(parsed.out.find(command.summary) != std::string::npos);
        CHECK(reached.insert(std::string(command.noun) + std::string(command.verb)).second);
    }
}
