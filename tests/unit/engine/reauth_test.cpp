// Authenticating again (RFC 7296 2.8.3) and how long it counts (RFC 4478): another IKE SA with the same children takes
// the place of the old one.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "ike/base/writer.h"
#include "tests/unit/engine/reauthenticated.h"

namespace xfrmd::tests {

TEST_CASE("an IKE SA is authenticated again with all its children", "[engine][rfc7296-2.8.3]") {
    const ConnectionWords words = two_children(seconds(100));
    Reauthenticated gateways(words, mirrored(without_reauth(words)));
    gateways.wire.run_for(seconds(99));
    CHECK_FALSE(gateways.is_another());
    gateways.wire.run_for(seconds(10));
    CHECK(gateways.is_another());
    CHECK(times_begun(gateways.left) == gateways.begun + 1);
    gateways.expect_same_numbers();
    gateways.expect_settled();
    CHECK(gateways.left.reported("IKE SA reauthenticated"));
    gateways.wire.run_for(seconds(100));
    CHECK(times_begun(gateways.left) == gateways.begun + 2);
    gateways.expect_same_numbers();
    gateways.expect_settled();
}

TEST_CASE("who has begun an IKE SA authenticates again when an operator says so", "[engine][rfc7296-2.8.3]") {
    const ConnectionWords words = two_children(seconds(0));
    const bool by_peer = GENERATE(false, true);
    Reauthenticated gateways(words, mirrored(words));
    Host& who = by_peer ? gateways.right : gateways.left;
    gateways.wire.run_for(seconds(10));
    CHECK_FALSE(gateways.is_another());
    gateways.wire.feed(who, ike::Rekey{ike::OperationId::none, live(who).sa().id, ike::ChildSaId::none, true});
    gateways.wire.run_for(seconds(30));
    CHECK(gateways.is_another() == !by_peer);
    CHECK(gateways.right.reported("not authenticated again") == by_peer);
    gateways.expect_settled();
}

TEST_CASE("no packet is lost when an IKE SA is authenticated again", "[engine][rfc7296-2.8.3]") {
    const ConnectionWords words = two_children(seconds(100));
    Reauthenticated gateways(words, mirrored(without_reauth(words)));
    gateways.wire.faults.most_delay = milliseconds(50);
    gateways.wire.seed(GENERATE(1U, 2U, 3U, 4U, 5U));
    std::size_t passed = 0;
    const auto launch = [&](const Host& from, const Host& to, const Packet& packet) {
        const Departure sealed = from.kernel.depart(packet);
        REQUIRE(sealed.fate == Fate::sealed);
        gateways.wire.later(milliseconds(gateways.left.random.number() % 50), [&, sealed, packet] {
            REQUIRE(to.kernel.accepts(packet, sealed));
            ++passed;
        });
    };
    gateways.wire.after_feed = [&](Host&) {
        launch(gateways.left, gateways.right, {address("10.1.0.1"), address("10.2.0.1")});
        launch(gateways.right, gateways.left, {address("10.2.0.1"), address("10.1.0.1")});
        launch(gateways.left, gateways.right, {address("10.3.0.1"), address("10.4.0.1")});
        launch(gateways.right, gateways.left, {address("10.4.0.1"), address("10.3.0.1")});
    };
    gateways.wire.run_for(seconds(110));
    CHECK(gateways.is_another());
    CHECK(passed > 10);
}

TEST_CASE("rekeying does not put off authenticating again", "[engine][rfc7296-2.8.3][rfc4478]") {
    ConnectionWords words = two_children(seconds(100));
    const bool by_peer = GENERATE(false, true);
    Reauthenticated gateways(words, mirrored(without_reauth(words)));
    gateways.wire.run_for(seconds(90));
    Host& who = by_peer ? gateways.right : gateways.left;
    gateways.wire.rekey(who, live(who).sa().id);
    gateways.wire.run_for(seconds(5));
    CHECK(times_begun(gateways.left) == gateways.begun);
    gateways.wire.run_for(seconds(15));
    CHECK(times_begun(gateways.left) == gateways.begun + 1);
    CHECK(times_begun(gateways.right) == 0);
    gateways.expect_same_numbers();
    gateways.expect_settled();
}

TEST_CASE("a responder says how long it lets an authentication count", "[engine][rfc4478]") {
    const ConnectionWords words = two_children(seconds(100));
    Reauthenticated gateways(without_reauth(words), mirrored(words));
    gateways.wire.run_for(seconds(79));
    CHECK_FALSE(gateways.is_another());
    gateways.wire.run_for(seconds(20));
    CHECK(gateways.is_another());
    CHECK(times_begun(gateways.right) == 0);
    gateways.expect_settled();
}

TEST_CASE("a responder ends what is not authenticated again in time", "[engine][rfc4478]") {
    ConnectionWords words;
    words.reauth_time = seconds(100);
    words.over_time = seconds(20);
    Lonely lonely(words);
    lonely.begin();
    const auto answers =
        lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, lonely.peer.auth_request()));
    const auto answer = lonely.peer.open(answers.at(0));
    const auto* lifetime = answer->find(wire::NotifyType::auth_lifetime);
    REQUIRE(lifetime != nullptr);
    CHECK(lifetime->data == base::Writer().u32(100).take());
    lonely.wire.run_for(seconds(119));
    CHECK(lonely.host.established() == 1);
    lonely.wire.run_for(seconds(2));
    CHECK(lonely.host.established() == 0);
}

TEST_CASE("a lifetime that is told later is heeded, and nobody else's", "[engine][rfc4478]") {
    const bool is_ours = GENERATE(true, false);
    Lonely lonely;
    if (is_ours) {
        lonely.be_called_and_answer();
    } else {
        lonely.establish();
    }
    const std::uint8_t id = is_ours ? 0 : 2;
    const wire::Notify lifetime{
        policy::ProtocolId::none, {}, wire::NotifyType::auth_lifetime, base::Writer().u32(100).take()};
    lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, id, false, {lifetime}));
    const std::size_t begun = times_begun(lonely.host);
    lonely.wire.run_for(seconds(79));
    CHECK(times_begun(lonely.host) == begun);
    lonely.wire.run_for(seconds(12));
    CHECK((times_begun(lonely.host) > begun) == is_ours);
}

TEST_CASE("what cannot be authenticated again stays until its time is over", "[engine][rfc7296-2.8.3]") {
    ConnectionWords words = two_children(seconds(200));
    words.over_time = seconds(400);
    Reauthenticated gateways(words, mirrored(without_reauth(words)));
    gateways.wire.run_for(seconds(150));
    gateways.wire.on_the_way = [](Parcel&) { return false; };
    gateways.wire.run_for(seconds(300));
    CHECK(gateways.left.reported("IKE SA failed: peer does not answer"));
    CHECK_FALSE(gateways.is_another());
    CHECK(gateways.left.kernel.children().size() == 2);
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(130));
    CHECK(gateways.is_another());
    gateways.expect_same_numbers();
    gateways.expect_settled();
}

TEST_CASE("a child that comes up while the IKE SA is authenticated again is kept", "[engine][rfc7296-2.8.3]") {
    const ConnectionWords words = two_children(seconds(100));
    Gateways gateways(words, mirrored(without_reauth(words)));
    gateways.connect("net");
    gateways.wire.faults.least_delay = gateways.wire.faults.most_delay = milliseconds(400);
    gateways.wire.run_for(milliseconds(100500));
    REQUIRE(gateways.left.engine.size() == 2);
    const auto operation = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "second");
    gateways.wire.run_for(seconds(20));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.left.engine.size() == 1);
    CHECK(gateways.left.kernel.children().size() == 2);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a child that the peer would not grant at first is asked for once more", "[engine][rfc7296-2.25]") {
    const ConnectionWords words = two_children(seconds(100));
    Reauthenticated gateways(words, mirrored(without_reauth(words)));
    gateways.right.kernel.verdict = [times = 0](const ike::ChildInstall&) mutable -> base::Result<void> {
        if (++times != 2) return {};
        return base::fail(Reason::KernelRefused, "out of sorts");
    };
    gateways.wire.run_for(seconds(130));
    CHECK(gateways.is_another());
    CHECK(gateways.left.reported("failed: temporarily not possible"));
    gateways.expect_settled();
    CHECK(gateways.left.kernel.children().size() == 2);
}

TEST_CASE("a child that is to be asked for once more wakes nobody while a peer is silent", "[engine][rfc7296-2.25]") {
    ConnectionWords words = two_children(seconds(100));
    words.dpd_delay = seconds(2);
    Reauthenticated gateways(words, mirrored(without_reauth(words)));
    gateways.right.kernel.verdict = [times = 0](const ike::ChildInstall&) mutable -> base::Result<void> {
        if (++times != 2) return {};
        return base::fail(Reason::KernelRefused, "out of sorts");
    };
    while (!gateways.left.reported("failed: temporarily not possible")) gateways.wire.run_for(milliseconds(10));
    gateways.wire.on_the_way = [](Parcel&) { return false; };
    std::size_t fed = 0;
    gateways.wire.after_feed = [&fed](Host&) { ++fed; };
    gateways.wire.run_for(seconds(40));
    CHECK(fed < 200);
}

TEST_CASE("an IKE SA without children waits for one to be authenticated again with", "[engine][rfc7296-2.8.3]") {
    ConnectionWords words = two_children(seconds(100));
    words.over_time = seconds(100);
    Gateways gateways(words, mirrored(without_reauth(words)));
    gateways.connect("net");
    const auto& sa = live(gateways.left);
    gateways.wire.clear(gateways.left, sa.sa().id, sa.established()->children.at(0).number);
    gateways.wire.run_for(seconds(101));
    CHECK(times_begun(gateways.left) == 1);
    const auto operation = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "second");
    gateways.wire.run_for(seconds(40));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(times_begun(gateways.left) == 2);
    CHECK(gateways.left.kernel.children().size() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("packets to a peer that authenticates again go out on the old child first", "[engine][rfc7296-2.8.3]") {
    const bool from_other_port = GENERATE(false, true);
    Lonely lonely;
    lonely.establish();
    const auto old = lonely.host.kernel.list().at(0)->child;
    ScriptedPeer again(5);
    again.take_init_response(lonely.tell(again.init_request()).at(0));
    base::Bytes bytes = again.protect(wire::ExchangeType::ike_auth, 1, false, again.auth_request(0xc0ffee03));
    if (from_other_port) {
        bytes.insert(bytes.begin(), 4, 0);
        lonely.tell({again.self.address, 4500}, {again.engine.address, 4500}, std::move(bytes));
    } else {
        lonely.tell(std::move(bytes));
    }
    REQUIRE(lonely.host.kernel.children().size() == 2);
    CHECK(lonely.host.kernel.outbound("net")->child == old);
    SECTION("until the peer deletes that") {
        const wire::Delete all{policy::ProtocolId::ike, {}};
        lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 2, false, {all}));
        CHECK(lonely.host.kernel.children().size() == 1);
    }
    SECTION("until the peer's next request shows that it had our answer") {
        lonely.wire.run_for(seconds(30));
        CHECK(lonely.host.kernel.outbound("net")->child == old);
        const base::Bytes alive = again.protect(wire::ExchangeType::informational, 2, false, {});
        const base::Endpoint from{again.self.address, std::uint16_t{500}};
        lonely.tell(from, again.engine, alive);
    }
    SECTION("until packets come in on the new one") {
        for (const auto& [id, child] : lonely.host.kernel.children()) {
            if (id != old) lonely.host.kernel.carry(id, 1, 0);
        }
        lonely.wire.run_for(seconds(6));
    }
    SECTION("until it answers when it is asked, as long as it may be asking again itself") {
        lonely.wire.run_for(std::chrono::minutes(3) + seconds(1));
        CHECK(lonely.host.kernel.outbound("net")->child == old);
        const base::Bytes alive = again.protect(wire::ExchangeType::informational, 0, true, {});
        lonely.tell({again.self.address, again.engine.port}, again.engine, alive);
        lonely.wire.run_for(seconds(6));
    }
    CHECK(lonely.host.kernel.outbound("net")->child != old);
    CHECK(lonely.host.kernel.complaints().empty());
}

TEST_CASE("a peer that keeps one IKE SA only agrees in the end", "[engine][rfc7296-2.8.3]") {
    ConnectionWords words = two_children(seconds(100));
    ConnectionWords theirs = mirrored(without_reauth(words));
    theirs.unique = GENERATE(policy::Unique::replace, policy::Unique::keep);
    words.unique = GENERATE(policy::Unique::no, policy::Unique::replace, policy::Unique::keep);
    Reauthenticated gateways(words, theirs);
    gateways.wire.run_for(seconds(130));
    CHECK(gateways.is_another());
    gateways.expect_same_numbers();
    gateways.expect_settled();
}

}  // namespace xfrmd::tests
