// Events over the socket: who follows them, and who is in the way of others.
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <string>

#include "tests/unit/api/socket_harness.h"
#include "tests/unit/api/talk.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

namespace {

const std::string kSubscribe = request("events.subscribe", R"({"topics":["kernel","sa"]})");

bool is_served(Hall& hall) {
    Client client(hall.options.path);
    client.send(request("system.info"));
    return hall.run_until_lines(client, 1) && client.replies()[0].contains("result");
}

}  // namespace

TEST_CASE("events come over the connection that subscribed, behind the answer", "[api]") {
    Hall hall;
    hall.service.log.publish(drift_event("before"));
    Client client(hall.options.path);
    Client other(hall.options.path);
    client.send(request("events.subscribe", R"({"topics":["kernel"],"since_revision":0})"));
    REQUIRE(hall.run_until_lines(client, 2));
    CHECK(client.replies()[0].at("result").at("revision") == 101);
    CHECK(client.replies()[1].at("params").at("drift").at("repaired")[0] == "before");
    hall.service.log.publish(drift_event("after"));
    REQUIRE(hall.run_until_lines(client, 3));
    CHECK(client.replies()[2].at("params").at("revision") == 102);
    client.send(request("events.unsubscribe"));
    REQUIRE(hall.run_until_lines(client, 4));
    hall.service.log.publish(drift_event("later"));
    hall.settle();
    client.receive();
    other.receive();
    CHECK(client.lines() == 4);
    CHECK(other.received().empty());
}

TEST_CASE("a subscriber that never reads is told that it lagged, and keeps nobody waiting", "[api][hostile-h2]") {
    Hall hall;
    Client lazy(hall.options.path);
    Client eager(hall.options.path);
    for (Client* client : {&lazy, &eager}) {
        client->send(kSubscribe);
        REQUIRE(hall.run_until([&] { return hall.server->connections() > 0 && (hall.settle(), true); }));
    }
    REQUIRE(hall.run_until_lines(eager, 1));
    constexpr std::size_t kMany = 20 * kMaxEvents;
    for (std::size_t i = 0; i < kMany; ++i) {
        hall.service.log.publish(drift_event(std::string(100, 'x')));
        hall.settle();
        eager.receive();
    }
    CHECK(eager.lines() == 1 + kMany);
    CHECK(eager.received().find("events.lagged") == std::string::npos);
    // What the sockets and the pause hold, then one gap, then what is still kept.
    std::uint64_t last = 0;
    REQUIRE(hall.run_until([&] {
        lazy.receive();
        const auto newest = lazy.received().rfind("\"revision\":" + std::to_string(100 + kMany));
        return newest != std::string::npos && lazy.received().back() == '\n';
    }));
    std::size_t lags = 0;
    for (const Json& said : lazy.replies()) {
        if (!said.contains("method")) continue;
        const Json& params = said.at("params");
        const bool lagged = said.at("method") == "events.lagged";
        if (lagged) ++lags;
        if (last != 0) CHECK(params.at(lagged ? "from" : "revision") == last + 1);
        last = params.at(lagged ? "to" : "revision").get<std::uint64_t>();
    }
    CHECK(lags == 1);
    CHECK(last == 100 + kMany);
    CHECK(lazy.lines() < kMany / 2);
    CHECK(is_served(hall));
}

TEST_CASE("a subscriber that goes gives its place back", "[api][hostile-h2]") {
    Hall hall;
    for (std::size_t i = 0; i < 2 * kMaxSubscribers; ++i) {
        Client client(hall.options.path);
        client.send(kSubscribe);
        REQUIRE(hall.run_until_lines(client, 1));
        CHECK(client.replies()[0].contains("result"));
        client.leave();
        REQUIRE(hall.run_until([&] { return hall.server->connections() == 0; }));
        hall.service.log.publish(drift_event("x"));
    }
}

TEST_CASE("a subscriber that closes its side is answered and closed", "[api]") {
    Hall hall;
    Client client(hall.options.path);
    client.send(kSubscribe);
    client.end_writing();
    REQUIRE(hall.run_until_ended(client));
    hall.service.log.publish(drift_event("x"));
    CHECK(client.lines() == 1);
    CHECK(is_served(hall));
}

TEST_CASE("when all places are taken, who has been idle longest makes room", "[api][hostile-h2]") {
    Hall hall;
    std::deque<Client> clients = hall.fill();
    clients[0].send(kSubscribe);
    clients[1].send(request("system.info"));
    REQUIRE(hall.run_until_lines(clients[0], 1));
    REQUIRE(hall.run_until_lines(clients[1], 1));
    Client newcomer(hall.options.path);
    newcomer.send(request("system.info"));
    REQUIRE(hall.run_until_lines(newcomer, 1));
    CHECK(newcomer.replies()[0].contains("result"));
    REQUIRE(hall.run_until_ended(clients[2]));
    CHECK(clients[2].replies()[0].at("error").at("data").at("kind") == "server.busy");
    for (const std::size_t kept : {0u, 1u, 3u}) {
        clients[kept].receive();
        CHECK_FALSE(clients[kept].ended());
    }
    CHECK(hall.server->connections() == kMaxConnections);
}

TEST_CASE("who is in the middle of a request makes room last", "[api][hostile-h2]") {
    Hall hall;
    std::deque<Client> clients = hall.fill();
    const std::string whole = request("system.info");
    clients[0].send(whole.substr(0, 5));
    hall.settle();
    for (std::size_t i = 1; i < kMaxConnections; ++i) clients[i].send(whole);
    for (std::size_t i = 1; i < kMaxConnections; ++i) REQUIRE(hall.run_until_lines(clients[i], 1));
    Client newcomer(hall.options.path);
    REQUIRE(hall.run_until_ended(clients[1]));
    clients[0].send(whole.substr(5));
    REQUIRE(hall.run_until_lines(clients[0], 1));
    CHECK(clients[0].replies()[0].contains("result"));
    // Half a request does not keep a place for ever.
    for (Client& client : clients) client.send(whole.substr(0, 5));
    newcomer.send(whole.substr(0, 5));
    hall.settle();
    Client next(hall.options.path);
    next.send(whole);
    REQUIRE(hall.run_until_lines(next, 1));
    CHECK(next.replies()[0].contains("result"));
}

TEST_CASE("who is told to go and does not read takes no further place", "[api][hostile-h2]") {
    Hall hall;
    for (std::uint64_t id = 1; id <= 30; ++id) hall.service.sas.push_back(ike_view(id, "gw"));
    const auto ask = [&](Client& client, std::size_t times) {
        for (std::size_t i = 0; i < times; ++i) {
            client.send(request("sa.list"));
            hall.settle();
        }
    };
    // So many answers go into a socket that nobody reads.
    std::size_t most = 0;
    {
        constexpr std::size_t kEnough = 60;
        Client client(hall.options.path);
        ask(client, kEnough);
        client.receive();
        most = client.lines();
        REQUIRE(most < kEnough);
    }
    REQUIRE(hall.run_until([&] { return hall.server->connections() == 0; }));
    std::deque<Client> clients;
    for (std::size_t i = 0; i < kMaxConnections; ++i) ask(clients.emplace_back(hall.options.path), most);
    CHECK(hall.server->connections() == kMaxConnections);
    for (int i = 0; i < 10; ++i) {
        clients.emplace_back(hall.options.path);
        hall.settle();
        CHECK(hall.server->connections() == kMaxConnections + 1);
    }
}

TEST_CASE("subscribers cannot take all places", "[api][hostile-h2]") {
    Hall hall;
    std::deque<Client> clients;
    std::size_t subscribed = 0;
    for (std::size_t i = 0; i < kMaxConnections; ++i) {
        clients.emplace_back(hall.options.path);
        clients.back().send(kSubscribe);
        REQUIRE(hall.run_until_lines(clients.back(), 1));
        if (clients.back().replies()[0].contains("result")) ++subscribed;
    }
    CHECK(subscribed == kMaxSubscribers);
    CHECK(is_served(hall));
}
