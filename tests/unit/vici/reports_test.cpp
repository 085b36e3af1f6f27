#include "daemon/vici/reports.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/vici/vici_harness.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using namespace xfrmd::daemon::vici;

namespace {

api::IkeSaView sa_with_child() {
    api::IkeSaView sa = api::ike_view(7, "gw");
    sa.child_sas = {api::child_view(12, "net")};
    return sa;
}

ike::Report report_of(ike::Turn turn, const std::string& text = "something happened") {
    ike::Report report{ike::Level::info, ike::IkeSaId{7}, "gw", {}, text};
    report.milestone = {turn, ike::ChildSaId{12}, "net"};
    return report;
}

struct Following : ViciHall {
    ViciClient client{options.path};

    explicit Following(std::initializer_list<std::string> events) {
        for (const std::string& event : events) ask(client, PacketType::follow, event);
        client.forget();
    }
    std::vector<Packet> tell(const ike::Report& report, const std::optional<api::IkeSaView>& sa) {
        client.forget();
        server->reports().on_report(report, sa);
        return settle(client);
    }
};

}  // namespace

TEST_CASE("nothing is made ready for nobody", "[vici]") {
    ViciHall hall;
    CHECK_FALSE(hall.server->reports().wants_reports());
    Following following({"ike-updown"});
    CHECK(following.server->reports().wants_reports());
}

TEST_CASE("an IKE SA that comes up and goes is told as ike-updown", "[vici]") {
    Following following({"ike-updown"});
    auto heard = following.tell(report_of(ike::Turn::ike_established), sa_with_child());
    REQUIRE(heard.size() == 1);
    CHECK(*heard[0].message.value("up") == "yes");
    CHECK(heard[0].message.section("gw")->section("child-sas") == nullptr);
    heard = following.tell(report_of(ike::Turn::ike_closed), std::nullopt);
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].message.value("up") == nullptr);
    CHECK(*heard[0].message.section("gw")->value("state") == "DELETING");
}

TEST_CASE("an IKE SA that never came up is told of as charon does, connecting", "[vici]") {
    Following following({"ike-updown"});
    api::IkeSaView attempt = api::ike_view(7, "gw");
    attempt.state = api::IkeSaState::connecting;
    attempt.local_id.clear();
    const auto heard = following.tell(report_of(ike::Turn::ike_failed), attempt);
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].message.value("up") == nullptr);
    CHECK(*heard[0].message.section("gw")->value("state") == "CONNECTING");
    CHECK(*heard[0].message.section("gw")->value("local-id") == "%any");
    CHECK(following.tell(report_of(ike::Turn::ike_failed), std::nullopt).empty());
}

TEST_CASE("a child that goes is told with what it was", "[vici]") {
    Following following({"child-updown"});
    REQUIRE(following.tell(report_of(ike::Turn::child_installed), sa_with_child()).size() == 1);
    const auto heard = following.tell(report_of(ike::Turn::child_removed), api::ike_view(7, "gw"));
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].message.section("gw")->section("child-sas")->section("net-12") != nullptr);
}

TEST_CASE("children go down with their IKE SA", "[vici]") {
    Following following({"child-updown"});
    following.tell(report_of(ike::Turn::child_installed), sa_with_child());
    CHECK(following.tell(report_of(ike::Turn::ike_closed), std::nullopt).size() == 1);
}

TEST_CASE("what stood before somebody followed is known", "[vici]") {
    ViciHall hall;
    hall.service.sas = {sa_with_child()};
    ViciClient client(hall.options.path);
    hall.ask(client, PacketType::follow, "ike-updown");
    client.forget();
    hall.server->reports().on_report(report_of(ike::Turn::ike_closed), std::nullopt);
    CHECK(hall.settle(client).size() == 1);
}

TEST_CASE("a rekeying has both", "[vici]") {
    Following following({"child-rekey", "ike-rekey"});
    following.tell(report_of(ike::Turn::ike_established), sa_with_child());
    auto heard = following.tell(report_of(ike::Turn::child_rekeyed), sa_with_child());
    REQUIRE(heard.size() == 1);
    const Section* both = heard[0].message.section("gw")->section("child-sas")->section("net");
    REQUIRE(both != nullptr);
    CHECK(both->section("old") != nullptr);
    CHECK(both->section("new") != nullptr);
    heard = following.tell(report_of(ike::Turn::ike_rekeyed), sa_with_child());
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].message.section("gw")->section("old") != nullptr);
}

TEST_CASE("what takes another one's place has a unique id of its own", "[vici]") {
    Following following({"child-rekey", "ike-rekey"});
    following.tell(report_of(ike::Turn::ike_established), sa_with_child());
    api::IkeSaView sa = sa_with_child();
    sa.child_sas[0].own_id = 15;
    auto heard = following.tell(report_of(ike::Turn::child_rekeyed), sa);
    REQUIRE(heard.size() == 1);
    const Section* child = heard[0].message.section("gw")->section("child-sas")->section("net");
    CHECK(*child->section("old")->value("uniqueid") == "12");
    CHECK(*child->section("new")->value("uniqueid") == "15");
    sa.own_id = 9;
    heard = following.tell(report_of(ike::Turn::ike_rekeyed), sa);
    REQUIRE(heard.size() == 1);
    CHECK(*heard[0].message.section("gw")->section("old")->value("uniqueid") == "7");
    CHECK(*heard[0].message.section("gw")->section("new")->value("uniqueid") == "9");
}

TEST_CASE("nhrpd hears of each child by its unique id, and of each once", "[vici]") {
    Following following({"child-state-installed", "child-state-rekeyed", "child-state-destroying"});
    const auto told = [&following](ike::Turn turn, const std::optional<api::IkeSaView>& sa) {
        std::vector<std::string> all;
        for (const Packet& packet : following.tell(report_of(turn), sa)) {
            const Section& child = *packet.message.section("gw")->section("child-sas")->section("net");
            all.push_back(packet.name + " " + *child.value("uniqueid") + " " + *child.value("state"));
        }
        return all;
    };
    using Told = std::vector<std::string>;
    CHECK(told(ike::Turn::child_installed, sa_with_child()) == Told{"child-state-installed 12 INSTALLED"});
    api::IkeSaView sa = sa_with_child();
    sa.child_sas[0].own_id = 15;
    CHECK(told(ike::Turn::child_rekeyed, sa) == Told{"child-state-installed 15 INSTALLED",
                                                     "child-state-rekeyed 12 REKEYED",
                                                     "child-state-destroying 12 DESTROYING"});
    CHECK(told(ike::Turn::child_removed, api::ike_view(7, "gw")) == Told{"child-state-destroying 15 DESTROYING"});
    CHECK(told(ike::Turn::child_installed, sa).size() == 1);
    CHECK(told(ike::Turn::ike_closed, std::nullopt) == Told{"child-state-destroying 15 DESTROYING"});
}

TEST_CASE("IKE SAs are told of by their states", "[vici]") {
    Following following({"ike-state-established", "ike-state-destroying"});
    const auto told = [&following](ike::Turn turn, const std::optional<api::IkeSaView>& sa) {
        std::string all;
        for (const Packet& packet : following.tell(report_of(turn), sa)) {
            all += packet.name + " " + *packet.message.section("gw")->value("uniqueid") + " ";
            CHECK(packet.message.section("gw")->section("child-sas") != nullptr);
        }
        return all;
    };
    api::IkeSaView sa = sa_with_child();
    CHECK(told(ike::Turn::ike_established, sa) == "ike-state-established 7 ");
    sa.own_id = 9;
    CHECK(told(ike::Turn::ike_rekeyed, sa) == "ike-state-established 9 ike-state-destroying 7 ");
    CHECK(told(ike::Turn::ike_closed, std::nullopt) == "ike-state-destroying 9 ");
}

TEST_CASE("the log is told by groups, and milestones in charon's words", "[vici]") {
    Following following({"log"});
    auto heard = following.tell(report_of(ike::Turn::none, "what a text"), std::nullopt);
    REQUIRE(heard.size() == 1);
    CHECK(*heard[0].message.value("group") == "IKE");
    CHECK(*heard[0].message.value("msg") == "what a text");
    CHECK(*heard[0].message.value("ikesa-name") == "gw");
    heard = following.tell(report_of(ike::Turn::child_installed), sa_with_child());
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].message.value("msg")->starts_with("CHILD_SA net{12} established with SPIs "));
}

TEST_CASE("what a command brings about is told to who gave it alone", "[vici]") {
    Following following({"control-log"});
    ViciClient other(following.options.path);
    following.ask(other, PacketType::follow, "control-log");
    other.forget();
    following.service.hold = true;
    Section request;
    request.set("child", "net");
    following.client.say(PacketType::request, "initiate", request);
    following.settle(following.client);
    const auto heard = following.tell(report_of(ike::Turn::none), std::nullopt);
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].name == "control-log");
    CHECK(following.settle(other).empty());
    following.service.answer_held();
    following.settle(following.client);
    CHECK(following.tell(report_of(ike::Turn::none), std::nullopt).empty());
}
