// Authenticating again (RFC 7296 2.8.3) while something else happens to the old IKE SA.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <utility>

#include "ike/base/writer.h"
#include "tests/unit/engine/reauthenticated.h"

namespace xfrmd::tests {

namespace {

// Left begins 100 s after the old one came up, and sends IKE_AUTH 0.8 s after that; it is answered after 0.8 s, and the
// second child's request after another 0.8 s.
struct Slow : Reauthenticated {
    Slow() : Reauthenticated(two_children(seconds(100)), mirrored(without_reauth(two_children()))) {
        wire.faults.least_delay = wire.faults.most_delay = milliseconds(400);
    }
    // What the peer answers in the old IKE SA is lost.
    void lose_old_answers() {
        wire.on_the_way = [this](Parcel& parcel) {
            const auto header = wire::peek_header(parcel.bytes);
            return parcel.from.address != right.address || !header || header->spi_i != spi;
        };
    }
    bool is_half_way() const { return left.engine.size() == 2; }
    std::vector<ike::Turn> ike_turns() const {
        std::vector<ike::Turn> turns;
        for (const ike::Report& report : left.reports) {
            using enum ike::Turn;
            const ike::Turn turn = report.milestone.turn;
            if (turn == ike_established || turn == ike_rekeyed || turn == ike_closed || turn == ike_failed)
                turns.push_back(turn);
        }
        return turns;
    }
};

}  // namespace

TEST_CASE("what is in flight in the old IKE SA ends before another one is begun", "[engine][rfc7296-2.8.3]") {
    Slow gateways;
    gateways.wire.run_for(seconds(99));
    gateways.lose_old_answers();
    const auto rekeyed = gateways.wire.rekey(gateways.left, gateways.id, gateways.numbers.at(1));
    const auto cleared = gateways.wire.clear(gateways.left, gateways.id, gateways.numbers.at(0));
    gateways.wire.run_for(seconds(8));
    CHECK_FALSE(gateways.is_half_way());
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(rekeyed) == "ok");
    CHECK(gateways.left.outcome(cleared) == "ok");
    CHECK(gateways.is_another());
    gateways.numbers.erase(gateways.numbers.begin());
    gateways.expect_same_numbers();
    gateways.expect_settled();
}

TEST_CASE("what is in flight in the old IKE SA ends before another one takes its place", "[engine][rfc7296-2.8.3]") {
    Slow gateways;
    gateways.wire.run_for(milliseconds(100100));
    gateways.lose_old_answers();
    const auto rekeyed = gateways.wire.rekey(gateways.left, gateways.id);
    gateways.wire.run_for(seconds(8));
    CHECK(gateways.is_half_way());
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(rekeyed) == "ok");
    CHECK(gateways.is_another());
    gateways.expect_same_numbers();
    gateways.expect_settled();
    CHECK(times_begun(gateways.left) == gateways.begun + 1);
}

TEST_CASE("no child is rekeyed that is about to be replaced", "[engine][rfc7296-2.8.3][rfc7296-2.25]") {
    Slow gateways;
    const bool by_peer = GENERATE(false, true);
    gateways.wire.run_for(milliseconds(GENERATE(100100, 101200, 102000)));
    REQUIRE(gateways.is_half_way());
    Host& who = by_peer ? gateways.right : gateways.left;
    const auto& sa = *who.sas().at(0);
    const auto rekeyed = gateways.wire.rekey(who, sa.sa().id, sa.established()->children.at(1).number);
    gateways.wire.run_for(seconds(60));
    CHECK(who.outcome(rekeyed) == base::name(Reason::TemporaryFailure));
    CHECK(gateways.is_another());
    gateways.expect_same_numbers();
    gateways.expect_settled();
}

TEST_CASE("a child is rekeyed after its IKE SA could not be authenticated again", "[engine][rfc7296-2.8]") {
    ConnectionWords words = two_children(seconds(50));
    words.over_time = seconds(1000);
    words.children[0].rekey_time = seconds(60);
    Reauthenticated gateways(words, mirrored(without_reauth(words)));
    gateways.wire.run_for(seconds(45));
    const auto is_of_old = [&](const Parcel& parcel) {
        const auto header = wire::peek_header(parcel.bytes);
        return header && header->spi_i == gateways.spi;
    };
    gateways.wire.on_the_way = [&](Parcel& parcel) { return is_of_old(parcel); };
    gateways.wire.run_for(seconds(300));
    CHECK_FALSE(gateways.is_another());
    CHECK(gateways.left.reported("child SA net 10.1.0.0/16 === 10.2.0.0/16 (ESP:AES_GCM_16_128/NO_EXT_SEQ) rekeyed"));
}

TEST_CASE("the old IKE SA is rekeyed while it is authenticated again", "[engine][rfc7296-2.8.3][rfc7296-2.18]") {
    Slow gateways;
    const bool by_peer = GENERATE(false, true);
    gateways.wire.run_for(milliseconds(GENERATE(100100, 101200, 102000)));
    REQUIRE(gateways.is_half_way());
    Host& who = by_peer ? gateways.right : gateways.left;
    const auto rekeyed = gateways.wire.rekey(who, by_peer ? gateways.right.sas().at(0)->sa().id : gateways.id);
    gateways.wire.run_for(seconds(200));
    CHECK(who.outcome(rekeyed) != "running");  // it may come too late
    gateways.expect_same_numbers();
    gateways.wire.run_for(seconds(200));
    CHECK(live(gateways.left).sa().id == gateways.id);
    CHECK(gateways.left.engine.size() == 1);
    CHECK(gateways.right.engine.size() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("rekeying the IKE SA does not save it when its authentication is over", "[engine][rfc4478]") {
    const ConnectionWords words = two_children(seconds(100));
    Reauthenticated gateways(words, mirrored(without_reauth(words)));
    gateways.wire.run_for(seconds(99));
    // Nobody is authenticated again, and answers of right's are late.
    bool are_late = false;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        const auto header = wire::peek_header(parcel.bytes);
        const bool is_first = header && header->exchange == wire::ExchangeType::ike_sa_init;
        return !is_first && !(are_late && parcel.from.address == gateways.right.address);
    };
    gateways.wire.run_for(seconds(20));
    are_late = true;
    const auto rekeyed = gateways.wire.rekey(gateways.left, gateways.id);
    gateways.wire.run_for(seconds(2));
    REQUIRE(gateways.left.established() == 1);
    are_late = false;
    gateways.wire.run_for(seconds(20));
    CHECK(gateways.left.outcome(rekeyed) == "ok");
    CHECK(gateways.left.established() == 0);
    CHECK(gateways.right.established() == 0);
}

TEST_CASE("a child that comes up in the old IKE SA at any time is kept", "[engine][rfc7296-2.8.3]") {
    const ConnectionWords words = two_children(seconds(100));
    Gateways gateways(words, mirrored(without_reauth(words)));
    gateways.connect("net");
    gateways.wire.faults.least_delay = gateways.wire.faults.most_delay = milliseconds(400);
    const int begun = GENERATE(99000, 99900, 100500, 101500);
    const bool by_peer = GENERATE(false, true);
    gateways.wire.run_for(milliseconds(begun));
    gateways.left.kernel_delay = seconds(GENERATE(0, 3));
    Host& who = by_peer ? gateways.right : gateways.left;
    const auto operation = gateways.wire.initiate(who, by_peer ? "192.0.2.1" : "192.0.2.2", "gw", "second");
    gateways.wire.run_for(seconds(60));
    CHECK(who.outcome(operation) == "ok");
    CHECK(times_begun(gateways.left) == 2);
    CHECK(gateways.left.engine.size() == 1);
    CHECK(gateways.left.kernel.children().size() == 2);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("the kernel's answer for a child of the old IKE SA may be the last", "[engine][rfc7296-2.8.3]") {
    const ConnectionWords words = two_children(seconds(100));
    Gateways gateways(words, mirrored(without_reauth(words)));
    Host& left = gateways.left;
    gateways.connect("net");
    const ike::IkeSaId id = live(left).sa().id;
    gateways.wire.run_for(milliseconds(99990));
    left.kernel_answers = false;
    const bool by_peer = GENERATE(false, true);
    gateways.wire.faults.least_delay = gateways.wire.faults.most_delay = milliseconds(20);
    gateways.wire.run_for(milliseconds(20));
    REQUIRE(left.engine.size() == 2);
    Host& who = by_peer ? gateways.right : left;
    const auto operation = gateways.wire.initiate(who, by_peer ? "192.0.2.1" : "192.0.2.2", "gw", "second");
    const auto answer = [&](bool of_old) {
        for (auto& held : std::exchange(left.held, {})) {
            if ((held.ike_sa == id) == of_old) {
                gateways.wire.feed(left, held);
            } else {
                left.held.push_back(std::move(held));
            }
        }
    };
    for (int i = 0; i < 10; ++i) {
        gateways.wire.run_for(milliseconds(500));
        answer(false);
    }
    CHECK(left.held.size() == 1);
    CHECK(left.engine.size() == 2);
    left.kernel_answers = true;
    answer(true);
    gateways.wire.run_for(seconds(60));
    CHECK(who.outcome(operation) == "ok");
    CHECK(live(left).sa().id == id);
    CHECK(left.engine.size() == 1);
    CHECK(left.kernel.children().size() == 2);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("an IKE SA that is cleared while it is authenticated again does not come back", "[engine][rfc7296-2.8.3]") {
    Slow gateways;
    const bool force = GENERATE(false, true);
    gateways.wire.run_for(milliseconds(GENERATE(100100, 100900, 101200, 102000)));
    REQUIRE(gateways.is_half_way());
    const auto cleared = gateways.wire.clear(gateways.left, gateways.id, {}, force);
    gateways.wire.run_for(seconds(1));
    CHECK(gateways.left.outcome(cleared) == "ok");
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.sas().empty());
    CHECK(gateways.right.sas().empty());
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.ike_turns() == std::vector{ike::Turn::ike_established, ike::Turn::ike_closed});
}

TEST_CASE("a child that is cleared while its IKE SA is authenticated again does not come back",
          "[engine][rfc7296-2.8.3]") {
    Slow gateways;
    const bool force = GENERATE(false, true);
    const std::size_t which = GENERATE(0U, 1U);
    gateways.wire.run_for(milliseconds(GENERATE(100100, 101200, 102000)));
    REQUIRE(gateways.is_half_way());
    const auto cleared = gateways.wire.clear(gateways.left, gateways.id, gateways.numbers.at(which), force);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(cleared) == "ok");
    CHECK(gateways.is_another());
    gateways.numbers.erase(gateways.numbers.begin() + static_cast<std::ptrdiff_t>(which));
    gateways.expect_same_numbers();
    gateways.expect_settled();
}

TEST_CASE("where the old IKE SA goes first, the new one has its number", "[engine][rfc7296-2.8.3]") {
    Slow gateways;
    gateways.wire.run_for(milliseconds(GENERATE(100900, 101500, 101800)));
    REQUIRE(gateways.is_half_way());
    gateways.wire.clear(gateways.right, gateways.right.sas().at(0)->sa().id);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.is_another());
    gateways.expect_same_numbers();
    gateways.expect_settled();
    for (const ike::ChildInstall* child : gateways.left.kernel.list()) CHECK(child->owner == gateways.id);
    using enum ike::Turn;
    CHECK(gateways.ike_turns() == std::vector{ike_established, ike_closed, ike_established});
    gateways.wire.run_for(seconds(100));
    CHECK(times_begun(gateways.left) == gateways.begun + 2);
    gateways.expect_same_numbers();
}

TEST_CASE("a lifetime that is told while it is authenticated again begins nothing more", "[engine][rfc4478]") {
    Lonely lonely;
    lonely.be_called_and_answer();
    for (std::uint8_t id = 0; id < 6; ++id) {
        const wire::Notify lifetime{
            policy::ProtocolId::none, {}, wire::NotifyType::auth_lifetime, base::Writer().u32(5).take()};
        lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, id, false, {lifetime}));
        lonely.wire.run_for(seconds(5));
    }
    CHECK(lonely.host.engine.size() == 2);
}

}  // namespace xfrmd::tests
