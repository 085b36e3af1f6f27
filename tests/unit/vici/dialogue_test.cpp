#include "daemon/vici/dialogue.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/vici/vici_harness.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using namespace xfrmd::daemon::vici;
using namespace std::string_view_literals;

TEST_CASE("a command that nobody knows, and events, are answered as charon does", "[vici]") {
    ViciHall hall;
    ViciClient client(hall.options.path);
    CHECK(hall.ask(client, PacketType::request, "nonsense").type == PacketType::unknown_command);
    CHECK(hall.ask(client, PacketType::follow, "nonsense").type == PacketType::unknown_event);
    CHECK(hall.ask(client, PacketType::follow, "list-sa").type == PacketType::confirm);
    CHECK(hall.ask(client, PacketType::unfollow, "list-sa").type == PacketType::confirm);
    CHECK(hall.ask(client, PacketType::unfollow, "list-sa").type == PacketType::unknown_event);
}

TEST_CASE("who follows an event twice hears it twice", "[vici]") {
    ViciHall hall;
    hall.service.sas = {api::ike_view(7, "gw")};
    ViciClient client(hall.options.path);
    for (int i = 0; i < 2; ++i) hall.ask(client, PacketType::follow, "list-sa");
    client.forget();
    client.say(PacketType::request, "list-sas");
    CHECK(hall.settle(client).size() == 3);
}

TEST_CASE("a list comes as events before the response, to those alone who follow it", "[vici]") {
    ViciHall hall;
    hall.service.sas = {api::ike_view(7, "gw"), api::ike_view(9, "branch")};
    ViciClient client(hall.options.path);
    CHECK(hall.request(client, "list-sas").empty());
    hall.ask(client, PacketType::follow, "list-sa");
    client.forget();
    client.say(PacketType::request, "list-sas");
    const std::vector<Packet> heard = hall.settle(client);
    REQUIRE(heard.size() == 3);
    CHECK(heard[0].type == PacketType::event);
    CHECK(heard[0].name == "list-sa");
    CHECK(heard[0].message.section("gw")->section("child-sas") != nullptr);
    CHECK(heard[1].message.section("branch") != nullptr);
    CHECK(heard[2].type == PacketType::response);
    CHECK(heard[2].message.empty());
}

TEST_CASE("the second command waits for the first one's response", "[vici]") {
    ViciHall hall;
    hall.service.hold = true;
    ViciClient client(hall.options.path);
    client.say(PacketType::request, "stats");
    client.say(PacketType::request, "version");
    CHECK(hall.settle(client).empty());
    hall.service.answer_held();
    const std::vector<Packet> heard = hall.settle(client);
    REQUIRE(heard.size() == 2);
    CHECK(heard[0].message.section("ikesas") != nullptr);
    CHECK(*heard[1].message.value("daemon") == "xfrmd");
}

TEST_CASE("packets that are none are left, and the client stays", "[vici][hostile-h2]") {
    ViciHall hall;
    ViciClient client(hall.options.path);
    client.send("\x00\x00\x00\x00"sv);               // empty
    client.send("\x00\x00\x00\x01\x63"sv);           // a type that there is not
    client.send("\x00\x00\x00\x03\x00\x09v"sv);      // a cut name
    client.send("\x00\x00\x00\x04\x00\x01v\x02"sv);  // a section ends that has not begun
    client.send("\x00\x00\x00\x01\x05"sv);           // not for a server
    client.send("\x00\x00"sv);                       // and half a length
    const auto heard = hall.settle(client);
    REQUIRE(heard.size() == 1);  // whoever has named a command waits
    CHECK(*heard.front().message.value("errmsg") == "parsing request failed");
    CHECK(hall.warnings.size() == 5);
    client.forget();
    client.send("\x00\x09\x00\x07version"sv);
    CHECK(hall.settle(client).size() == 1);
}

TEST_CASE("a packet that is too long ends the dialogue", "[vici][hostile-h2]") {
    ViciHall hall;
    ViciClient client(hall.options.path);
    client.send("\x00\x08\x00\x01"sv);
    hall.settle(client);
    CHECK(client.ended());
    CHECK(hall.server->connections() == 0);
}

TEST_CASE("a client that dies in the middle of a command leaves nothing behind", "[vici][hostile-h2]") {
    ViciHall hall;
    hall.service.hold = true;
    ViciClient client(hall.options.path);
    ViciClient other(hall.options.path);
    client.say(PacketType::request, "stats");
    hall.settle(client);
    client.leave();
    hall.service.answer_held();
    CHECK(hall.request(other, "version").value("version") != nullptr);
    CHECK(hall.server->connections() == 1);
}

TEST_CASE("a client that hangs up while its command waits gives its place back at once", "[vici][hostile-h2]") {
    ViciHall hall;
    hall.service.hold = true;
    ViciClient client(hall.options.path);
    ViciClient patient(hall.options.path);
    for (ViciClient* one : {&client, &patient}) {
        one->say(PacketType::request, "stats");
        hall.settle(*one);
    }
    client.leave();
    patient.end_writing();
    hall.settle(patient);
    CHECK(hall.server->connections() == 1);
    hall.service.answer_held();
    CHECK(hall.settle(patient).size() == 1);
}

TEST_CASE("a follower that does not read is given up, and the others hear everything", "[vici][hostile-h2]") {
    ViciHall hall;
    ViciClient slow(hall.options.path);
    ViciClient quick(hall.options.path);
    hall.ask(slow, PacketType::follow, "log");
    hall.ask(quick, PacketType::follow, "log");
    quick.forget();
    const std::string line(60'000, 'x');
    for (int i = 0; i < 400; ++i) {
        hall.server->reports().on_line(ike::Level::info, line);
        hall.settle(quick);
        if (hall.server->connections() == 1) break;
    }
    CHECK(hall.server->connections() == 1);
    CHECK(hall.request(quick, "version").value("daemon") != nullptr);
}

TEST_CASE("a list of many waits for who reads slowly", "[vici][hostile-h2]") {
    ViciHall hall;
    for (std::uint64_t id = 1; id <= 5000; ++id) hall.service.sas.push_back(api::ike_view(id, "gw"));
    ViciClient client(hall.options.path);
    hall.ask(client, PacketType::follow, "list-sa");
    client.forget();
    client.say(PacketType::request, "list-sas");
    std::size_t heard = 0;
    for (int i = 0; i < 1000 && heard < 5001; ++i) heard = hall.settle(client).size();
    CHECK(heard == 5001);
}
