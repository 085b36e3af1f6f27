#include "daemon/api/rpc.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "tests/unit/api/fake_service.h"
#include "tests/unit/api/talk.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

namespace {

struct Desk {
    FakeService service;
    std::vector<AuditEntry> audited;
    Rpc rpc{service, [this](const AuditEntry& entry) { audited.push_back(entry); }};
};

int code_of(const Json& reply) { return reply.at("error").at("code").get<int>(); }
std::string kind_of(const Json& reply) { return reply.at("error").at("data").at("kind").get<std::string>(); }

}  // namespace

// The examples of the specification's section 7, with methods of ours in place of "subtract" and "sum".

TEST_CASE("a call with named parameters is answered with its id", "[api][jsonrpc-7]") {
    Desk desk;
    const Heard answer = ask(desk.rpc, R"({"jsonrpc": "2.0", "method": "system.info", "params": {}, "id": 3})");
    CHECK(answer.json.at("jsonrpc") == "2.0");
    CHECK(answer.json.at("id") == 3);
    CHECK(answer.json.at("result").at("pid") == 42);
    CHECK_FALSE(answer.json.contains("error"));
}

TEST_CASE("a notification gets no reply, whatever is wrong with it", "[api][jsonrpc-4.1]") {
    Desk desk;
    for (const char* text :
         {R"({"jsonrpc": "2.0", "method": "sa.list", "params": {}})", R"({"jsonrpc": "2.0", "method": "foobar"})",
          R"({"jsonrpc": "2.0", "method": "sa.get", "params": {"idd": 1}})"}) {
        const Heard answer = ask(desk.rpc, text);
        CHECK(answer.came);
        CHECK_FALSE(answer.line);
    }
}

TEST_CASE("a call of a method that does not exist is -32601", "[api][jsonrpc-7]") {
    Desk desk;
    const Heard answer = ask(desk.rpc, R"({"jsonrpc": "2.0", "method": "foobar", "id": "1"})");
    CHECK(code_of(answer.json) == -32601);
    CHECK(answer.json.at("id") == "1");
    CHECK(kind_of(answer.json) == "rpc.method_not_found");
    CHECK(ask(desk.rpc, request("sa.lsit")).json.at("error").at("data").at("did_you_mean") == "sa.list");
}

TEST_CASE("invalid JSON is -32700 with a null id", "[api][jsonrpc-7]") {
    Desk desk;
    for (const char* text :
         {R"({"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz])",
          R"([{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method")"}) {
        const Heard answer = ask(desk.rpc, text);
        CHECK(code_of(answer.json) == -32700);
        CHECK(answer.json.at("id").is_null());
    }
}

TEST_CASE("an invalid request object is -32600", "[api][jsonrpc-7]") {
    Desk desk;
    const std::vector<std::string> broken = {R"({"jsonrpc": "2.0", "method": 1, "params": "bar"})",
                                             R"({"jsonrpc": "2.0", "method": "sa.list", "params": "bar"})",
                                             R"({"jsonrpc": "2.0", "method": "sa.list", "params": null})",
                                             R"({"jsonrpc": "1.0", "method": "sa.list", "id": {}})",
                                             R"({"jsonrpc": 2.0, "method": "sa.list"})",
                                             R"({"method": "sa.list"})",
                                             R"({"jsonrpc": "2.0"})",
                                             R"({"jsonrpc": "2.0", "method": "sa.list", "id": [1]})",
                                             R"({"jsonrpc": "2.0", "method": "sa.list", "id": true})",
                                             R"({"jsonrpc": "2.0", "method": "sa.list", "id": 18446744073709551616})",
                                             R"({"jsonrpc": "2.0", "method": "sa.list", "parms": {}})",
                                             "{}",
                                             "1",
                                             "\"sa.list\"",
                                             "null",
                                             "true"};
    for (const std::string& text : broken) {
        CAPTURE(text);
        const Heard answer = ask(desk.rpc, text);
        REQUIRE(answer.line);
        CHECK(code_of(answer.json) == -32600);
        CHECK(answer.json.at("id").is_null());
    }
}

TEST_CASE("an invalid request whose id can be told is answered with it", "[api][jsonrpc-5]") {
    Desk desk;
    const Heard answer = ask(desk.rpc, R"({"jsonrpc": "2.0", "method": "sa.list", "id": 9, "parms": {}})");
    CHECK(code_of(answer.json) == -32600);
    CHECK(answer.json.at("id") == 9);
    CHECK(answer.json.at("error").at("data").at("pointer") == "/parms");
    CHECK(answer.json.at("error").at("data").at("did_you_mean") == "params");
}

TEST_CASE("an empty array is one invalid request", "[api][jsonrpc-7]") {
    Desk desk;
    const Heard answer = ask(desk.rpc, "[]");
    CHECK(answer.json.is_object());
    CHECK(code_of(answer.json) == -32600);
    CHECK(answer.json.at("id").is_null());
}

TEST_CASE("an invalid batch has one error for each member", "[api][jsonrpc-7]") {
    Desk desk;
    CHECK(ask(desk.rpc, "[1]").json.size() == 1);
    const Heard answer = ask(desk.rpc, "[1,2,3]");
    REQUIRE(answer.json.is_array());
    REQUIRE(answer.json.size() == 3);
    for (const Json& reply : answer.json) CHECK(code_of(reply) == -32600);
}

TEST_CASE("a mixed batch is answered in order, without its notifications", "[api][jsonrpc-7]") {
    Desk desk;
    const Heard answer = ask(desk.rpc, R"([
        {"jsonrpc": "2.0", "method": "system.info", "id": "1"},
        {"jsonrpc": "2.0", "method": "sa.list"},
        {"jsonrpc": "2.0", "method": "conn.list", "params": {}, "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "sa.list", "id": "9"}
    ])");
    REQUIRE(answer.json.size() == 5);
    CHECK(answer.json[0].at("id") == "1");
    CHECK(answer.json[1].at("id") == "2");
    CHECK(code_of(answer.json[2]) == -32600);
    CHECK(code_of(answer.json[3]) == -32601);
    CHECK(answer.json[4].at("id") == "9");
}

TEST_CASE("a batch of notifications gets no reply at all", "[api][jsonrpc-7]") {
    Desk desk;
    const Heard answer =
        ask(desk.rpc, R"([{"jsonrpc": "2.0", "method": "sa.list"}, {"jsonrpc": "2.0", "method": "conn.list"}])");
    CHECK(answer.came);
    CHECK_FALSE(answer.line);
}

// The rest is our own.

TEST_CASE("ids come back exactly as they were", "[api][jsonrpc-4]") {
    Desk desk;
    for (const char* id : {"0", "-1", "18446744073709551615", "-9223372036854775808", "1.5", "\"\"", "\"7\"", "null",
                           R"("a\"b\\c\u0000d")", R"("\u00e4")"}) {
        CAPTURE(id);
        const Heard answer = ask(desk.rpc, R"({"jsonrpc":"2.0","method":"system.info","id":)" + std::string(id) + "}");
        CHECK(answer.line->find("\"id\":" + std::string(id) + ",\"result\"") != std::string::npos);
    }
}

TEST_CASE("the same id twice is answered twice", "[api][hostile-h4]") {
    Desk desk;
    const Heard answer = ask(desk.rpc, "[" + request("sa.list") + "," + request("system.info") + "]");
    REQUIRE(answer.json.size() == 2);
    CHECK(answer.json[0].at("id") == 1);
    CHECK(answer.json[1].at("id") == 1);
    CHECK(answer.json[0].at("result").contains("items"));
    CHECK(answer.json[1].at("result").contains("pid"));
}

TEST_CASE("a batch has at most 256 members", "[api][hostile-h4]") {
    Desk desk;
    const auto batch_of = [](std::size_t count) {
        std::string text = "[" + request("system.info");
        for (std::size_t i = 1; i < count; ++i) text += "," + request("system.info");
        return text + "]";
    };
    CHECK(ask(desk.rpc, batch_of(kMaxBatch)).json.size() == kMaxBatch);
    const Heard answer = ask(desk.rpc, batch_of(kMaxBatch + 1));
    CHECK(answer.json.is_object());
    CHECK(code_of(answer.json) == -32600);
}

TEST_CASE("a batch is begun request by request, and no further when its caller has gone", "[api][hostile-h2]") {
    Desk desk;
    EventLog nobodys;
    Subscription subscription(nobodys);
    const Caller caller{};
    bool came = false;
    const std::string up = request("sa.initiate", R"({"conn":"gw","child":"net"})");
    Work work = desk.rpc.read("[" + up + "," + up + "," + up + "]", [&came](const Reply&) { came = true; });
    CHECK(work.requests == 3);
    CHECK(desk.audited.empty());
    desk.rpc.begin_one(work, {caller, subscription});
    CHECK(desk.audited.size() == 1);
    desk.rpc.abandon(work);
    CHECK(work.is_begun());
    CHECK(desk.audited.size() == 1);
    CHECK_FALSE(came);
}

TEST_CASE("nested arrays are invalid requests, not batches", "[api][hostile-h4]") {
    Desk desk;
    const Heard answer = ask(desk.rpc, "[[" + request("system.info") + "],[]]");
    REQUIRE(answer.json.size() == 2);
    CHECK(code_of(answer.json[0]) == -32600);
    CHECK(code_of(answer.json[1]) == -32600);
}

TEST_CASE("a notification changes nothing and is audited", "[api][hostile-h4]") {
    Desk desk;
    desk.service.sas = {ike_view(1, "gw")};
    CHECK_FALSE(ask(desk.rpc, R"({"jsonrpc":"2.0","method":"sa.clear","params":{"all":true}})").line);
    CHECK_FALSE(ask(desk.rpc, R"([{"jsonrpc":"2.0","method":"sa.initiate","params":{"conn":"gw"}}])").line);
    CHECK(desk.service.cleared.empty());
    CHECK(desk.service.initiated.empty());
    REQUIRE(desk.audited.size() == 2);
    CHECK(desk.audited[0].method == "sa.clear");
    CHECK(desk.audited[0].outcome.starts_with("refused"));
}

TEST_CASE("every change is audited with its outcome, a look is not", "[api]") {
    Desk desk;
    desk.service.sas = {ike_view(1, "gw")};
    ask(desk.rpc, request("sa.list"));
    ask(desk.rpc, request("sa.clear", R"({"conn":"gw"})"));
    ask(desk.rpc, request("sa.clear", R"({"conn":"other"})"));
    ask(desk.rpc, request("sa.clear", R"({"con":"gw"})"));
    REQUIRE(desk.audited.size() == 3);
    CHECK(desk.audited[0].outcome == "ok");
    CHECK(desk.audited[0].params == R"({"conn":"gw"})");
    CHECK(desk.audited[1].outcome == "sa.not_found");
    CHECK(desk.audited[2].outcome == "rpc.invalid_params");
}

TEST_CASE("a caller's bytes do not reach the audit log as they are", "[api][hostile-h7]") {
    Desk desk;
    ask(desk.rpc, request("sa.clear", R"({"conn":"\u001b[2J\n\u009b)" + std::string(5000, 'x') + R"("})"));
    REQUIRE(desk.audited.size() == 1);
    CHECK(desk.audited[0].params.size() < 300);
    CHECK(desk.audited[0].params.starts_with(R"({"conn":"\u001b[2J\n\u009bxxx)"));
}

TEST_CASE("answers come when they are ready, each with its own id", "[api][jsonrpc-6]") {
    Desk desk;
    desk.service.hold = true;
    Heard first;
    ask(desk.rpc, R"({"jsonrpc":"2.0","method":"system.info","id":"slow"})", first);
    CHECK_FALSE(first.came);
    CHECK(ask(desk.rpc, R"({"jsonrpc":"2.0","method":"conn.list","id":"quick"})").json.at("id") == "quick");
    desk.service.answer_held();
    CHECK(first.came);
    CHECK(first.json.at("id") == "slow");
}

TEST_CASE("a batch waits for its slowest member and keeps its order", "[api][jsonrpc-6]") {
    Desk desk;
    desk.service.hold = true;
    Heard answer;
    ask(desk.rpc, R"([{"jsonrpc":"2.0","method":"sa.list","id":1},{"jsonrpc":"2.0","method":"conn.list","id":2},
                      {"jsonrpc":"2.0","method":"system.info","id":3}])",
        answer);
    CHECK_FALSE(answer.came);
    std::swap(desk.service.held[0], desk.service.held[1]);
    desk.service.answer_held();
    REQUIRE(answer.json.size() == 3);
    for (int i = 0; i < 3; ++i) CHECK(answer.json[static_cast<std::size_t>(i)].at("id") == i + 1);
}

TEST_CASE("a service that answers twice is heard once", "[api]") {
    Desk desk;
    desk.service.hold = true;
    Heard answer;
    ask(desk.rpc, "[" + request("system.info") + "," + request("sa.list") + "]", answer);
    const auto twice = desk.service.held[0];
    twice();
    twice();
    CHECK_FALSE(answer.came);
    desk.service.held[1]();
    CHECK(answer.json.size() == 2);
    twice();
}

TEST_CASE("a reply that is too large becomes an error, and so does only that part of a batch", "[api][hostile-h2]") {
    Desk desk;
    IkeSaView large = ike_view(1, "gw");
    large.child_sas = {child_view(1, "net")};
    large.child_sas[0].remote_ts.assign(30000, "2001:db8::1..2001:db8::2[tcp/1-2]");
    desk.service.sas = {large};
    std::string batch = "[" + request("sa.list");
    for (int i = 0; i < 9; ++i) batch += "," + request("sa.list");
    const Heard answer = ask(desk.rpc, batch + "]");
    REQUIRE(answer.json.size() == 10);
    CHECK(answer.json[0].contains("result"));
    CHECK(kind_of(answer.json[9]) == "rpc.reply_too_large");
    CHECK(answer.line->size() < kMaxReplyBytes + 10000);
}

TEST_CASE("an error carries kind, retryable and hint, and both sides of a failed negotiation", "[api]") {
    Desk desk;
    desk.service.connections = {connection_view("gw", {"net"})};
    ApiError error{ErrorKind::NoProposalChosen, "no common proposal with 192.0.2.1"};
    error.ours = {"IKE:AES_CBC_128"};
    error.peer = {"IKE:AES_CBC_256", "IKE:\x1b[31m"};
    error.hint = "add aes256 to connections.gw.proposals";
    desk.service.initiate_outcome = tl::unexpected<ApiError>(error);
    const Json reply = ask(desk.rpc, request("sa.initiate", R"({"conn":"gw"})")).json;
    CHECK(code_of(reply) == -32000);
    CHECK(reply.at("error").at("message") == "no common proposal with 192.0.2.1");
    const Json& data = reply.at("error").at("data");
    CHECK(data.at("kind") == "peer.no_proposal_chosen");
    CHECK(data.at("retryable") == false);
    CHECK(data.at("hint") == "add aes256 to connections.gw.proposals");
    CHECK(data.at("ours") == Json::parse(R"(["IKE:AES_CBC_128"])"));
    CHECK(data.at("peer").size() == 2);
}
