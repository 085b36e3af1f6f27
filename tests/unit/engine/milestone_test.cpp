// Which reports are turns in the life of an SA: what whoever follows it is told.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

std::vector<ike::Turn> turns_of(const Host& host) {
    std::vector<ike::Turn> turns;
    for (const ike::Report& report : host.reports) {
        if (report.milestone.turn != ike::Turn::none) turns.push_back(report.milestone.turn);
    }
    return turns;
}

}  // namespace

TEST_CASE("both sides tell the life of an IKE SA and its child", "[engine]") {
    Gateways gateways;
    gateways.connect();
    const ike::IkeSaId sa = gateways.left.sas().at(0)->sa().id;
    const ike::ChildSaId child = gateways.left.kernel.list().at(0)->child;
    gateways.wire.clear(gateways.left, sa, {}, false);
    gateways.wire.settle();
    using enum ike::Turn;
    const std::vector<ike::Turn> life{ike_established, child_installed, child_removed, ike_closed};
    CHECK(turns_of(gateways.left) == life);
    CHECK(turns_of(gateways.right) == life);
    for (const ike::Report& report : gateways.left.reports) {
        if (report.milestone.turn == none) continue;
        CHECK(report.ike_sa == sa);
        const bool of_child = report.milestone.turn == child_installed || report.milestone.turn == child_removed;
        CHECK(report.milestone.child == (of_child ? child : ike::ChildSaId::none));
        CHECK(report.milestone.child_name.empty() == !of_child);
    }
}

TEST_CASE("what is rekeyed keeps its number, and is told of under it", "[engine][rfc7296-2.8][rfc7296-2.18]") {
    Gateways gateways;
    gateways.connect();
    const ike::IkeSaId sa = gateways.left.sas().at(0)->sa().id;
    const ike::ChildSaId child = gateways.left.kernel.list().at(0)->child;
    using enum ike::Turn;
    std::vector<ike::Turn> life{ike_established, child_installed};
    for (int i = 0; i < 2; ++i) {
        const auto rekeyed = gateways.wire.rekey(gateways.left, sa, child);
        gateways.wire.run_for(seconds(10));
        CHECK(gateways.left.outcome(rekeyed) == "ok");
        life.push_back(child_rekeyed);
    }
    const auto rekeyed = gateways.wire.rekey(gateways.left, sa, {});
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(rekeyed) == "ok");
    const auto cleared = gateways.wire.clear(gateways.left, sa, child, false);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(cleared) == "ok");
    gateways.wire.clear(gateways.left, sa, {}, false);
    gateways.wire.settle();
    life.insert(life.end(), {ike_rekeyed, child_removed, ike_closed});
    CHECK(turns_of(gateways.left) == life);
    CHECK(turns_of(gateways.right) == life);
    for (const ike::Report& report : gateways.left.reports) {
        if (report.milestone.turn == none) continue;
        CHECK(report.ike_sa == sa);
        if (report.milestone.turn == ike_established) CHECK(report.own_id == sa);
        if (report.milestone.turn == ike_rekeyed) CHECK(report.own_id != sa);
        if (!report.milestone.child_name.empty()) CHECK(report.milestone.child == child);
    }
}

TEST_CASE("an attempt that fails is one for the initiator alone", "[engine]") {
    const ConnectionWords words;
    Gateways gateways(snapshot({connection(words)}, {{"one", {}}}),
                      snapshot({connection(mirrored(words))}, {{"another", {}}}));
    gateways.connect();
    gateways.wire.run_for(seconds(600));
    CHECK(turns_of(gateways.left) == std::vector{ike::Turn::ike_failed});
    CHECK(turns_of(gateways.right).empty());
    const auto& reports = gateways.left.reports;
    const auto failed =
        std::ranges::find(reports, ike::Turn::ike_failed, [](const auto& one) { return one.milestone.turn; });
    REQUIRE(failed->milestone.attempt);
    const ike::Attempt& attempt = *failed->milestone.attempt;
    CHECK(attempt.remote.address.to_string() == "192.0.2.2");
    CHECK(attempt.spi_i != 0);
    CHECK(attempt.spi_r != 0);
    CHECK_FALSE(attempt.proposal.transforms.empty());
    CHECK_FALSE(attempt.local_id.is_any());
}

TEST_CASE("of an attempt that nobody has answered there is nothing to tell but that", "[engine]") {
    Gateways gateways;
    gateways.wire.on_the_way = [](Parcel&) { return false; };
    gateways.connect();
    gateways.wire.run_for(seconds(600));
    const auto& reports = gateways.left.reports;
    const auto failed =
        std::ranges::find(reports, ike::Turn::ike_failed, [](const auto& one) { return one.milestone.turn; });
    REQUIRE(failed != reports.end());
    CHECK_FALSE(failed->milestone.attempt);
}

}  // namespace xfrmd::tests
