#include "daemon/api/rpc_server.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "tests/unit/api/socket_harness.h"
#include "tests/unit/api/talk.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

namespace {

std::string numbered(const std::string& method, int id) {
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")" + method + R"(","params":{}})";
}

}  // namespace

TEST_CASE("a request over the socket is answered by one line", "[api]") {
    Hall hall;
    Client client(hall.options.path);
    client.send(request("system.info") + "\n");
    REQUIRE(hall.run_until_lines(client, 1));
    CHECK(client.replies()[0].at("result").at("pid") == 42);
    CHECK_FALSE(client.ended());
}

TEST_CASE("requests may come concatenated, pretty-printed and byte by byte", "[api][hostile-h2]") {
    Hall hall;
    Client client(hall.options.path);
    const std::string stream =
        numbered("system.info", 1) + numbered("sa.list", 2) + "\n" + Json::parse(numbered("conn.list", 3)).dump(2);
    for (const char c : stream) {
        REQUIRE(client.send({&c, 1}) == 1);
        hall.settle();
    }
    REQUIRE(hall.run_until_lines(client, 3));
    for (int i = 0; i < 3; ++i) CHECK(client.replies()[static_cast<std::size_t>(i)].at("id") == i + 1);
}

TEST_CASE("a caller that closes its side gets every reply, then the end", "[api]") {
    Hall hall;
    hall.service.hold = true;
    Client client(hall.options.path);
    for (int i = 0; i < 10; ++i) client.send(numbered("system.info", i));
    client.end_writing();
    REQUIRE(hall.run_until([&] { return hall.service.held.size() == 10; }));
    client.receive();
    CHECK_FALSE(client.ended());
    hall.service.answer_held();
    REQUIRE(hall.run_until_ended(client));
    CHECK(client.replies().size() == 10);
    CHECK(hall.server->connections() == 0);
}

TEST_CASE("many requests of one connection are open at once and answered as they are ready", "[api]") {
    Hall hall;
    hall.service.hold = true;
    Client client(hall.options.path);
    client.send(numbered("system.info", 1) + numbered("conn.list", 2));
    REQUIRE(hall.run_until_lines(client, 1));
    CHECK(client.replies()[0].at("id") == 2);
    hall.service.answer_held();
    REQUIRE(hall.run_until_lines(client, 2));
    CHECK(client.replies()[1].at("id") == 1);
}

TEST_CASE("one connection with much to ask does not keep another one waiting", "[api][hostile-h2]") {
    Hall hall;
    Client busy(hall.options.path);
    Client modest(hall.options.path);
    std::string many;
    for (int i = 0; i < 150; ++i) many += numbered("system.info", i);
    busy.send(many);
    modest.send(request("system.info"));
    REQUIRE(hall.run_until_lines(modest, 1));
    busy.receive();
    CHECK(busy.lines() < 150);
    CHECK(hall.run_until_lines(busy, 150));
}

TEST_CASE("a change is audited with the caller's uid and pid", "[api]") {
    Hall hall;
    hall.service.sas = {ike_view(1, "gw")};
    Client client(hall.options.path);
    client.send(request("sa.clear", R"({"all":true})"));
    REQUIRE(hall.run_until_lines(client, 1));
    REQUIRE(hall.audited.size() == 1);
    CHECK(hall.audited[0].caller.uid == geteuid());
    CHECK(hall.audited[0].caller.pid == getpid());
    CHECK(hall.audited[0].method == "sa.clear");
    CHECK(hall.audited[0].outcome == "ok");
}

TEST_CASE("stop closes connections and removes the socket; late answers meet nobody", "[api]") {
    Hall hall;
    hall.service.hold = true;
    Client client(hall.options.path);
    client.send(request("system.info"));
    REQUIRE(hall.run_until([&] { return hall.service.held.size() == 1; }));
    hall.server->stop();
    hall.server->stop();
    hall.service.answer_held();
    REQUIRE(hall.run_until_ended(client));
    CHECK(client.received().empty());
    hall.io.run();  // returns: nothing is left to wait for
    CHECK_FALSE(std::filesystem::exists(hall.options.path));
    hall.io.restart();
    hall.open();
    CHECK(Client(hall.options.path).is_connected());
}

TEST_CASE("a second server on the same socket is refused", "[api][hostile-h3]") {
    Hall hall;
    const auto second = SocketFile::make(hall.options);
    REQUIRE_FALSE(second);
    CHECK(second.error() == "another xfrmd serves " + hall.options.path + " already");
}
