// xfrmctl against the real server with a fake Service behind it: what is typed, what is asked, what is printed.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/cli/stage.h"

using namespace xfrmd::cli;
namespace api = xfrmd::daemon::api;

TEST_CASE("sa list prints lines, a summary, and as JSON a schema", "[cli]") {
    Stage stage;
    const Run& text = stage.run({"sa", "list"});
    CHECK(text.code == ExitCode::ok);
    CHECK(has(text.out, "7.12  gw          net    installed    192.0.2.1"));
    CHECK(has(text.out, "2 IKE SAs, 2 child SAs\n"));
    CHECK(text.err.str().empty());
    const Json json = json_of(stage.run({"sa", "list", "--json"}));
    CHECK(json.at("items").size() == 2);
    CHECK(json.at("revision") == 5);
    CHECK(json_of(stage.run({"--json", "sa", "list", "--conn", "branch", "--ike"})).at("items").size() == 1);
    CHECK(has(stage.run({"sa", "list", "--detail", "--peer", "192.0.2.0/24"}).out, "SPIs"));
}

TEST_CASE("sa list shows manual SAs, alone with --manual, and sa clear leaves them", "[cli]") {
    Stage stage;
    stage.service().manual = {api::manual_view("bgp"), api::manual_view("ospf")};
    const Run& text = stage.run({"sa", "list"});
    CHECK(has(text.out, "ospf  manual  bidirectional  tunnel  192.0.2.2  192.0.2.9  00000100"));
    CHECK(has(text.out, "2 IKE SAs, 2 child SAs, 2 manual SAs\n"));
    const Json json = json_of(stage.run({"sa", "list", "--json", "--manual"}));
    CHECK(json.at("items").empty());
    CHECK(json.at("manual").size() == 2);
    CHECK(has(stage.run({"sa", "list", "--detail", "--conn", "ospf"}).out, "manual SA ospf  manual"));
    CHECK(stage.run({"sa", "list", "--manual", "--ike"}).code == ExitCode::usage);
    const Run& clear = stage.run({"sa", "clear", "ospf"});
    CHECK(clear.code == ExitCode::failed);
    CHECK(has(clear.err, "ospf is a manual SA, which is configuration"));
    CHECK(has(clear.err, "take it out of the manual section"));
}

TEST_CASE("sa list follows every page", "[cli]") {
    Stage stage;
    stage.service().sas.clear();
    for (std::uint64_t id = 1; id <= 250; ++id) stage.service().sas.push_back(api::ike_view(id, "gw"));
    CHECK(json_of(stage.run({"sa", "list", "--json"})).at("items").size() == 250);
}

TEST_CASE("an empty list is no error", "[cli]") {
    Stage stage;
    const Run& run = stage.run({"sa", "list", "--conn", "none"});
    CHECK(run.code == ExitCode::ok);
    CHECK(run.out.str() == "0 IKE SAs, 0 child SAs\n");
}

TEST_CASE("warnings go to err, so that out stays data", "[cli]") {
    Stage stage;
    stage.service().sas[0].child_sas[0].bytes_in = 0;
    const Run& run = stage.run({"sa", "list", "--json"});
    CHECK(has(run.err, "warning: 7.12 (gw/net) has sent 3.4 kB and received nothing"));
    CHECK_NOTHROW(json_of(run));
}

TEST_CASE("colours are for terminals", "[cli]") {
    Stage stage;
    CHECK_FALSE(has(stage.run({"sa", "list"}).out, "\x1b["));
    stage.on_terminal = true;
    CHECK(has(stage.run({"sa", "list"}).out, "\x1b[32minstalled\x1b[0m"));
    CHECK_FALSE(has(stage.run({"sa", "list", "--json"}).out, "\x1b["));
}

TEST_CASE("a state that does not exist is a usage error that names those that do", "[cli]") {
    Stage stage;
    const Run& run = stage.run({"sa", "list", "--state", "instaled"});
    CHECK(run.code == ExitCode::usage);
    CHECK(has(run.err, "established"));
    CHECK(has(run.err, "did you mean: installed"));
    CHECK(run.out.str().empty());
}

TEST_CASE("sa show", "[cli]") {
    Stage stage;
    CHECK(has(stage.run({"sa", "show", "7.13"}).out, "child SA 7.13  dmz"));
    CHECK(json_of(stage.run({"sa", "show", "7", "--json"})).at("child_sas").size() == 2);
    CHECK(stage.run({"sa", "show", "8"}).code == ExitCode::no_match);
    CHECK(stage.run({"sa", "show", "gw"}).code == ExitCode::usage);
    const Json error = json_of(stage.run({"sa", "show", "8", "--json"})).at("error");
    CHECK(error.at("data").at("kind") == "sa.not_found");
}

TEST_CASE("sa clear takes every kind of selector", "[cli]") {
    Stage stage;
    CHECK(stage.run({"sa", "clear", "7.12"}).code == ExitCode::ok);
    CHECK(stage.run({"sa", "clear", "gw"}).code == ExitCode::ok);
    CHECK(stage.run({"sa", "clear", "dmz"}).code == ExitCode::ok);
    CHECK(stage.run({"sa", "clear", "gw/net", "--force", "--timeout", "1500ms"}).code == ExitCode::ok);
    CHECK(stage.run({"sa", "clear", "198.51.100.0/24", "--ike"}).code == ExitCode::ok);
    CHECK(stage.run({"sa", "clear", "right.example.org"}).code == ExitCode::ok);
    CHECK(stage.run({"conn", "down", "gw"}).code == ExitCode::ok);
    const auto& asked = stage.service().cleared;
    REQUIRE(asked.size() == 8);
    CHECK(asked[0].filter.id == api::SaId{7, 12});
    CHECK(asked[1].filter.conn == "gw");
    CHECK(asked[2].filter.conn == "dmz");
    CHECK(asked[3].filter.child == "dmz");
    CHECK(asked[4].filter.child == "net");
    CHECK(asked[4].force);
    CHECK(asked[4].timeout == std::chrono::seconds(2));
    CHECK(asked[5].filter.peer == "198.51.100.0/24");
    CHECK(asked[5].filter.kind == api::SaKind::ike);
    CHECK(asked[6].filter.peer == "right.example.org");
    CHECK(asked[7].filter.kind == api::SaKind::ike);
    CHECK(asked[7].timeout == std::chrono::seconds(10));
}

TEST_CASE("sa clear tells what happened, and its exit code does, too", "[cli]") {
    Stage stage;
    const Run& cleared = stage.run({"sa", "clear", "gw"});
    CHECK(has(cleared.out, "7   ike  gw          -      acknowledged  blocked\n"));
    CHECK(has(cleared.out, "matched 1 SA: 1 acknowledged by the peer, 0 forced, 0 failed\n"));
    CHECK(stage.run({"sa", "clear", "nothing"}).code == ExitCode::no_match);
    stage.service().clear_outcome = api::ClearOutcome::failed;
    CHECK(stage.run({"sa", "clear", "gw"}).code == ExitCode::failed);
    CHECK(json_of(stage.run({"sa", "clear", "gw", "--json"})).at("failed") == 1);
}

TEST_CASE("sa redirect says where the peer goes", "[cli]") {
    Stage stage;
    const Run& run = stage.run({"sa", "redirect", "7", "192.0.2.3"});
    CHECK(run.code == ExitCode::ok);
    CHECK(run.out.str() == "the peer of SA 7 was sent to 192.0.2.3\n");
    REQUIRE(stage.service().redirected.size() == 1);
    CHECK(stage.service().redirected[0].gateway == ::xfrmd::base::Address::parse("192.0.2.3"));
    CHECK(stage.run({"sa", "redirect", "8", "192.0.2.3"}).code == ExitCode::no_match);
    CHECK(stage.run({"sa", "redirect", "7"}).code == ExitCode::usage);
}

TEST_CASE("sa rekey takes the same selectors, and tells what became of each", "[cli]") {
    Stage stage;
    const Run& rekeyed = stage.run({"sa", "rekey", "gw"});
    CHECK(rekeyed.code == ExitCode::ok);
    CHECK(has(rekeyed.out, "7   ike  gw          -      rekeyed\n"));
    CHECK(has(rekeyed.out, "matched 1 SA: 1 rekeyed, 0 failed\n"));
    CHECK(stage.run({"sa", "rekey", "7.12"}).code == ExitCode::ok);
    CHECK(stage.run({"sa", "rekey", "gw", "--child", "--timeout", "1500ms"}).code == ExitCode::ok);
    const auto& asked = stage.service().rekeyed;
    REQUIRE(asked.size() == 3);
    CHECK(asked[1].filter.id == api::SaId{7, 12});
    CHECK(asked[2].filter.kind == api::SaKind::child);
    CHECK(asked[2].timeout == std::chrono::seconds(2));
    CHECK(stage.run({"sa", "rekey", "nothing"}).code == ExitCode::no_match);
    CHECK(stage.run({"sa", "rekey"}).code == ExitCode::usage);
    stage.service().failing = "dmz";
    const Run& partial = stage.run({"sa", "rekey", "gw", "--child"});
    CHECK(partial.code == ExitCode::partial);
    CHECK(has(partial.out, "failed: the peer is busy\n"));
}

TEST_CASE("sa clear --all asks for -y on a terminal", "[cli]") {
    Stage stage;
    CHECK(stage.run({"sa", "clear"}).code == ExitCode::usage);
    CHECK(stage.run({"sa", "clear", "--all"}).code == ExitCode::ok);
    stage.on_terminal = true;
    const Run& refused = stage.run({"sa", "clear", "--all"});
    CHECK(refused.code == ExitCode::usage);
    CHECK(has(refused.err, "-y"));
    CHECK(stage.service().cleared.size() == 1);
    CHECK(has(stage.run({"sa", "clear", "--all", "--dry-run"}).out, "would clear 2 SAs, nothing was changed\n"));
    CHECK(stage.run({"sa", "clear", "--all", "-y"}).code == ExitCode::ok);
    stage.service().sas.clear();
    const Run& nothing = stage.run({"sa", "clear", "--all", "-y"});
    CHECK(nothing.code == ExitCode::ok);
    CHECK(nothing.out.str() == "no SA matched, nothing was changed\n");
}

TEST_CASE("conn list", "[cli]") {
    Stage stage;
    CHECK(has(stage.run({"conn", "list"}).out, "2 connections\n"));
    CHECK(json_of(stage.run({"conn", "list", "--json"})).at("items").size() == 2);
}

TEST_CASE("conn up takes a connection, a child, or both", "[cli]") {
    Stage stage;
    CHECK(stage.run({"conn", "up", "gw"}).out.str() == "gw/dmz is up: SA 7.12\ngw/net is up: SA 7.12\n");
    CHECK(stage.run({"conn", "up", "branch/net", "--timeout", "3s"}).out.str() == "branch/net is up: SA 7.12\n");
    CHECK(stage.run({"conn", "up", "dmz"}).out.str() == "gw/dmz is up: SA 7.12\n");
    REQUIRE(stage.service().initiated.size() == 4);
    CHECK(stage.service().initiated[2].timeout == std::chrono::seconds(3));
    CHECK(stage.service().initiated[3].timeout == std::chrono::seconds(60));
    CHECK(json_of(stage.run({"conn", "up", "dmz", "--json"})).at("items")[0].at("id") == "7.12");
}

TEST_CASE("conn up refuses what does not exist or could be several", "[cli]") {
    Stage stage;
    CHECK(stage.run({"conn", "up", "nothing"}).code == ExitCode::no_match);
    CHECK(stage.run({"conn", "up", "gw/nothing"}).code == ExitCode::no_match);
    const Run& several = stage.run({"conn", "up", "net"});
    CHECK(several.code == ExitCode::usage);
    CHECK(has(several.err, "one of: branch/net\n          gw/net\n"));
    CHECK(stage.service().initiated.empty());
}

TEST_CASE("conn up that fails shows both sides and the next step", "[cli]") {
    Stage stage;
    api::ApiError error{api::ErrorKind::NoProposalChosen, "no common proposal with 192.0.2.1"};
    error.ours = {"IKE:AES_CBC_128"};
    error.peer = {"IKE:AES_CBC_256"};
    stage.service().initiate_outcome = tl::unexpected<api::ApiError>(error);
    const Run& run = stage.run({"conn", "up", "branch"});
    CHECK(run.code == ExitCode::failed);
    CHECK(run.out.str().empty());
    CHECK(run.err.str() ==
          "xfrmctl: no common proposal with 192.0.2.1\n"
          "  ours: IKE:AES_CBC_128\n"
          "  peer: IKE:AES_CBC_256\n"
          "  next: configure a proposal that both sides have\n");
    const Json json = json_of(stage.run({"conn", "up", "gw", "--json"}));
    CHECK(json.at("items")[1].at("error").at("data").at("peer")[0] == "IKE:AES_CBC_256");
    stage.service().initiate_outcome =
        tl::unexpected<api::ApiError>({api::ErrorKind::OperationTimeout, "not up after 60 s"});
    CHECK(stage.run({"conn", "up", "branch"}).code == ExitCode::timeout);
}

TEST_CASE("what fails for one of several is exit code 7", "[cli]") {
    Stage stage;
    stage.service().failing = "net";
    const Run& up = stage.run({"conn", "up", "gw"});
    CHECK(up.code == ExitCode::partial);
    CHECK(up.out.str() == "gw/dmz is up: SA 7.12\n");
    CHECK(has(up.err, "xfrmctl: peer does not answer"));
    const Run& down = stage.run({"sa", "clear", "gw", "--child"});
    CHECK(down.code == ExitCode::partial);
    CHECK(has(down.out, "matched 2 SAs: 1 acknowledged by the peer, 0 forced, 1 failed\n"));
}

TEST_CASE("system info and rpc discover", "[cli]") {
    Stage stage;
    CHECK(has(stage.run({"system", "info"}).out, "xfrmd 0.1.0, pid 42"));
    CHECK(json_of(stage.run({"system", "info", "--json"})).at("limits").at("batch") == 256);
    CHECK(Json::parse(stage.run({"rpc", "discover"}).out.str()).at("openrpc") == "1.3.2");
    CHECK(json_of(stage.run({"rpc", "discover", "--json"})).at("methods").size() == 24);
}

TEST_CASE("kernel reconcile says what it did, and its exit code does, too", "[cli]") {
    Stage stage;
    CHECK(stage.run({"kernel", "reconcile"}).out.str() == "the kernel has what is wanted\n");
    stage.service().drift = api::KernelDrift{{"the policy was gone"}, {{{7, 12}, "gw", "net"}}, {}};
    const Run& repaired = stage.run({"kernel", "reconcile"});
    CHECK(repaired.code == ExitCode::ok);
    CHECK(repaired.out.str() == "repaired: the policy was gone\nrenegotiated: gw/net (SA 7.12)\n");
    CHECK(json_of(stage.run({"kernel", "reconcile", "--json"})).at("repaired").size() == 1);
    stage.service().drift->failed = {"EPERM"};
    CHECK(stage.run({"kernel", "reconcile"}).code == ExitCode::partial);
    stage.service().drift = api::KernelDrift{{}, {}, {"EPERM"}};
    CHECK(stage.run({"kernel", "reconcile"}).code == ExitCode::failed);
    stage.service().drift = tl::unexpected(api::ApiError{api::ErrorKind::KernelRefused, "cannot list"});
    const Run& refused = stage.run({"kernel", "reconcile"});
    CHECK(refused.code == ExitCode::failed);
    CHECK(has(refused.err, "cannot list"));
}

TEST_CASE("kernel status", "[cli]") {
    Stage stage;
    stage.service().status.wanted = {4, 1};
    CHECK(has(stage.run({"kernel", "status"}).out, "wanted      4 SAs, 1 policy\n"));
    CHECK(json_of(stage.run({"kernel", "status", "--json"})).at("wanted").at("sas") == 4);
}

TEST_CASE("events prints what is kept, one line for each", "[cli]") {
    Stage stage;
    CHECK(stage.run({"events"}).out.str().empty());
    stage.service().log.publish(api::drift_event("policy"));
    stage.service().log.publish(api::sa_event(api::EventKind::child_installed, {7, 12}, "net"));
    const Run& all = stage.run({"events"});
    CHECK(all.code == ExitCode::ok);
    CHECK(has(all.out, "Z  kernel  drift  1 put back\n"));
    CHECK(has(all.out, "Z  sa  child_installed  gw/net[7.12]: something about it\n"));
    const Json event = json_of(stage.run({"events", "--json", "--topic", "sa"}));
    CHECK(event.at("revision") == 102);
    CHECK(event.at("sa").at("id") == "7.12");
    const Run& unknown = stage.run({"events", "--topic", "kernl"});
    CHECK(unknown.code == ExitCode::usage);
    CHECK(has(unknown.err, "did you mean: kernel"));
}

TEST_CASE("events ends at what was newest, whatever is forgotten meanwhile", "[cli][hostile-h2]") {
    Stage stage;
    for (std::size_t i = 0; i < api::kMaxEvents + 5; ++i) stage.service().log.publish(api::drift_event("policy"));
    const std::string out = stage.run({"events"}).out.str();
    CHECK(static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n')) == api::kMaxEvents);
}

TEST_CASE("no daemon is exit code 4 with the next step", "[cli]") {
    const xfrmd::daemon::TemporaryFolder folder;
    Run run;
    run.with({"--socket", folder.file("nobody.sock"), "sa", "list"});
    CHECK(run.code == ExitCode::unreachable);
    CHECK(run.out.str().empty());
    CHECK(has(run.err, "no daemon answers on " + folder.file("nobody.sock")));
    CHECK(has(run.err, "next: start xfrmd"));
}

TEST_CASE("a hostile identity is shown harmlessly", "[cli][hostile-h7]") {
    Stage stage;
    stage.service().sas[0].remote_id =
        "\x1b]0;owned\x07\xc2\x9b"
        "2J\xff\n";
    for (const char* flag : {"--detail", "--ike", "--json"}) {
        const Run& run = stage.run({"sa", "list", flag});
        CHECK_FALSE(has(run.out, "\xc2\x9b"));
        for (const char c : run.out.str()) {
            const auto byte = static_cast<unsigned char>(c);
            CHECK((byte == '\n' || (byte >= 0x20 && byte != 0x7f)));
        }
    }
}
