// What a connection wants back when the peer has ended it: dpd_action and close_action.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

using policy::StartAction;

// left has these actions, and asks after ten seconds of silence.
Gateways gateways_with(StartAction on_silence, StartAction on_delete, std::vector<ChildWords> children = {{}}) {
    ConnectionWords words;
    words.children = std::move(children);
    policy::Connection left = connection(words);
    left.dpd_delay = seconds(10);
    for (policy::Child& child : left.children) {
        child.dpd_action = on_silence;
        child.close_action = on_delete;
    }
    return {snapshot({left}, {{kSecret, {}}}), snapshot(mirrored(words))};
}

void lose_everything(Gateways& gateways) {
    gateways.wire.on_the_way = [](Parcel&) { return false; };
    gateways.wire.run_for(seconds(300));
}

std::vector<std::pair<std::string, StartAction>> revived(const Host& host) {
    std::vector<std::pair<std::string, StartAction>> names;
    for (const ike::ReviveChild& child : host.revived) names.emplace_back(child.child, child.action);
    return names;
}

ike::IkeSaId first_sa(const Host& host) { return host.sas().at(0)->sa().id; }
ike::ChildSaId first_child(const Host& host) { return host.sas().at(0)->established()->children.at(0).number; }

}  // namespace

TEST_CASE("dpd_action follows a peer's silence, for each child once", "[engine][rfc7296-2.4]") {
    ChildWords second;
    second.name = "dmz";
    second.local_ts = {"10.3.0.0/16"};
    Gateways gateways = gateways_with(StartAction::start, StartAction::trap, {{}, second});
    gateways.connect();
    gateways.connect("dmz");
    lose_everything(gateways);
    REQUIRE(gateways.left.sas().empty());
    CHECK(revived(gateways.left) ==
          std::vector{std::pair<std::string, StartAction>{"dmz", StartAction::start}, {"net", StartAction::start}});
    CHECK(gateways.left.revived.at(0).connection == "gw");
}

TEST_CASE("with dpd_action = clear a silent peer's children are gone", "[engine][rfc7296-2.4]") {
    Gateways gateways = gateways_with(StartAction::none, StartAction::start);
    gateways.connect();
    lose_everything(gateways);
    REQUIRE(gateways.left.sas().empty());
    CHECK(gateways.left.revived.empty());
}

TEST_CASE("close_action follows the peer's Delete of a child, or of its IKE SA", "[engine][rfc7296-1.4.1]") {
    Gateways gateways = gateways_with(StartAction::start, StartAction::trap);
    gateways.connect();
    const bool whole = GENERATE(false, true);
    const ike::ChildSaId child = whole ? ike::ChildSaId::none : first_child(gateways.right);
    gateways.wire.clear(gateways.right, first_sa(gateways.right), child);
    gateways.wire.settle();
    CHECK(gateways.left.kernel.children().empty());
    CHECK(revived(gateways.left) == std::vector{std::pair<std::string, StartAction>{"net", StartAction::trap}});
    CHECK(gateways.right.revived.empty());
}

TEST_CASE("what we delete is not wanted back", "[engine][rfc7296-1.4.1]") {
    Gateways gateways = gateways_with(StartAction::start, StartAction::start);
    gateways.connect();
    const bool whole = GENERATE(false, true);
    const bool answered = GENERATE(false, true);
    const ike::ChildSaId child = whole ? ike::ChildSaId::none : first_child(gateways.left);
    if (!answered) gateways.wire.on_the_way = [](Parcel&) { return false; };
    gateways.wire.clear(gateways.left, first_sa(gateways.left), child);
    gateways.wire.run_for(seconds(300));
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.left.revived.empty());
}

TEST_CASE("a child that was rekeyed is not wanted back when the peer deletes the old one", "[engine][rfc7296-2.8]") {
    Gateways gateways = gateways_with(StartAction::start, StartAction::start);
    gateways.connect();
    gateways.wire.rekey(gateways.right, first_sa(gateways.right), first_child(gateways.right));
    gateways.wire.run_for(seconds(9));
    CHECK(gateways.left.kernel.children().size() == 1);
    CHECK(gateways.left.revived.empty());
}

}  // namespace xfrmd::tests
