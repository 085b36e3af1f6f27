// Which child of a peer that authenticates again (RFC 7296 2.8.3) packets go out on at its other end, where that has
// more IKE SAs with the peer than the old one and the new one.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/reauthenticated.h"

namespace xfrmd::tests {

namespace {

constexpr auto kInformational = wire::ExchangeType::informational;

// One peer, several times: what it knows of its IKE SAs is up to the test.
struct Again : Lonely {
    using Lonely::Lonely;

    // Another IKE SA and its child. It is the peer that has nothing of it yet.
    void authenticate(ScriptedPeer& again, const Payloads& more = {}) {
        again.take_init_response(tell(again.self, again.engine, again.init_request()).at(0));
        Payloads request = again.auth_request(++last_spi);
        request.insert(request.end(), more.begin(), more.end());
        tell(again.self, again.engine, again.protect(wire::ExchangeType::ike_auth, 1, false, request));
    }
    // Ids begin with 2.
    void say(ScriptedPeer& who, std::uint32_t id, const Payloads& payloads = {}) {
        tell(who.self, who.engine, who.protect(kInformational, id, false, payloads));
    }
    void end(ScriptedPeer& who, std::uint32_t id) { say(who, id, {wire::Delete{policy::ProtocolId::ike, {}}}); }
    std::uint32_t sends_on() const { return static_cast<std::uint32_t>(host.kernel.outbound("net")->spi_out); }

    std::uint32_t last_spi = 0xc0ffee00;
};

}  // namespace

TEST_CASE("an IKE SA that the peer has forgotten does not stand for the one it has", "[engine][rfc7296-2.8.3]") {
    Again world;
    ScriptedPeer forgotten(2);
    ScriptedPeer old(3);
    ScriptedPeer next(4);
    world.authenticate(forgotten);
    world.authenticate(old);
    world.say(old, 2);
    REQUIRE(world.sends_on() == 0xc0ffee02);
    world.authenticate(next);
    CHECK(world.sends_on() == 0xc0ffee02);
    world.end(old, 3);
    CHECK(world.sends_on() == 0xc0ffee03);
}

TEST_CASE("a peer that has moved is the same one, whichever of its IKE SAs says so",
          "[engine][rfc7296-2.8.3][rfc4555]") {
    ConnectionWords words;
    words.mobike = GENERATE(true, false);
    words.remote = "";
    Again world(words);
    ScriptedPeer old(2);
    ScriptedPeer next(3);
    world.authenticate(old, {notify(wire::NotifyType::mobike_supported)});
    next.self.address = address("192.0.2.77");
    world.authenticate(next);
    // Without MOBIKE nobody moves.
    CHECK(world.sends_on() == (words.mobike ? 0xc0ffee01 : 0xc0ffee02));
    world.end(old, 2);
    CHECK(world.sends_on() == 0xc0ffee02);
}

TEST_CASE("an IKE_AUTH that comes late does not outdo the one that comes after it", "[engine][rfc7296-2.8.3]") {
    Again world;
    ScriptedPeer old(2);
    ScriptedPeer late(3);  // from before a crash of the peer's, which does not know it
    ScriptedPeer next(4);
    world.authenticate(old);
    world.authenticate(late);
    world.tell(old.protect(wire::ExchangeType::create_child_sa, 2, false, old.child_rekeying(0x51)));
    world.say(old, 3, {wire::Delete{policy::ProtocolId::esp, {0xc0ffee01}}});
    REQUIRE(world.sends_on() == 0xc0ffee51);
    // The rekeyed child goes before the next IKE SA is there, before the old one has gone, or with that.
    const int when = GENERATE(0, 1, 2);
    if (when == 0) world.wire.run_for(seconds(6));
    world.authenticate(next);
    if (when == 1) world.wire.run_for(seconds(6));
    CHECK(world.sends_on() == 0xc0ffee51);
    world.end(old, 4);
    CHECK(world.sends_on() == 0xc0ffee03);
}

// Left begins 100 s after the old one came up, and takes over 1.6 s later; the old one goes at right 1.4 s after that.
TEST_CASE("a child that is rekeyed before the old IKE SA goes is not used any more then", "[engine][rfc7296-2.8.3]") {
    ConnectionWords words;
    words.reauth_time = seconds(100);
    words.over_time = seconds(20);
    Reauthenticated gateways(words, mirrored(without_reauth(words)));
    gateways.wire.faults.least_delay = gateways.wire.faults.most_delay = milliseconds(400);
    gateways.wire.run_for(milliseconds(101500));
    Host& right = gateways.right;
    REQUIRE(right.kernel.children().size() == 2);
    const ike::ChildSaId second = right.kernel.list().at(1)->child;
    const bool is_refused = GENERATE(false, true);
    if (is_refused) right.kernel.verdict = [](const ike::ChildInstall&) { return base::fail(Reason::KernelRefused); };
    right.kernel_delay = milliseconds(GENERATE(0, 1000));
    gateways.wire.rekey(right, right.sas().at(1)->sa().id, second);
    gateways.wire.run_for(milliseconds(2500));
    CHECK(right.sas().size() == 1);
    CHECK((right.kernel.outbound("net")->child == second) == is_refused);
    right.kernel.verdict = nullptr;
    gateways.wire.run_for(seconds(40));
    gateways.expect_same_numbers();
    gateways.expect_settled();
    const Packet back{address("10.2.0.1"), address("10.1.0.1")};
    CHECK(gateways.left.kernel.accepts(back, right.kernel.depart(back)));
}

}  // namespace xfrmd::tests
