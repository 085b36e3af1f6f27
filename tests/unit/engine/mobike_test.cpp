// MOBIKE (RFC 4555): an IKE SA whose addresses change keeps its children.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

ConnectionWords mobile(bool mobike = true) {
    ConnectionWords words;
    words.mobike = mobike;
    return words;
}

// As of the other gateway, for a peer that may be anywhere.
ConnectionWords anywhere() {
    ConnectionWords words = mirrored(mobile());
    words.remote = "";
    return words;
}

// left has begun, and may get another address.
struct Mobile : Gateways {
    Mobile() : Gateways(mobile()) { connect(); }

    ike::IkeSaId id(const Host& host) const { return host.sas().back()->sa().id; }
    const ikev2::sa::Sa& sa(const Host& host) const { return host.sas().back()->sa(); }
    // Nobody is told yet.
    void move_left(const std::string& to) { left.address = address(to); }
    void tell_left(const std::string& to, bool sought = false) {
        move_left(to);
        wire.feed(left, ike::UsePath{id(left), address(to), right.address, sought});
    }
    // Of the one child at either side.
    base::Endpoint kernel_of_left() const { return left.kernel.list().at(0)->local; }
    base::Endpoint kernel_of_right() const { return right.kernel.list().at(0)->remote; }
};

// The engine has begun and so decides on the path. The peer's IKE_AUTH says what is `told`, too.
struct Leading : Lonely {
    explicit Leading(const Payloads& told = {}) : Lonely(words()) {
        be_called();
        Payloads answer = peer.auth_response(auth_request);
        answer.emplace_back(notify(wire::NotifyType::mobike_supported));
        answer.insert(answer.end(), told.begin(), told.end());
        tell(peer.protect(wire::ExchangeType::ike_auth, 1, true, answer));
    }
    static ConnectionWords words() {
        ConnectionWords words = mobile();
        words.children = {{.dpd_action = policy::StartAction::start}};
        return words;
    }
    void use(const char* local, const char* remote) {
        wire.feed(host, ike::UsePath{sa()->sa().id, address(local), address(remote), false});
    }
    wire::Payloads update() { return peer.open(host.sent.back().bytes).value(); }
    void answer(const Payloads& payloads) {
        tell(host.sent.back().to, peer.engine, peer.protect(wire::ExchangeType::informational, 2, true, payloads));
    }
    const ike::ChildInstall& child() const { return *host.kernel.list().at(0); }
};

}  // namespace

TEST_CASE("MOBIKE is in use where both want it, and moves both to port 4500", "[engine][rfc4555-3.2][rfc4555-3.3]") {
    const bool left_wants = GENERATE(true, false);
    const bool right_wants = GENERATE(true, false);
    Gateways gateways(mobile(left_wants), mirrored(mobile(right_wants)));
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
    for (const Host* host : {&gateways.left, &gateways.right}) {
        const auto& mobility = host->sas().at(0)->sa().mobility;
        CHECK(mobility.agreed == (left_wants && right_wants));
        CHECK(mobility.decides == (host == &gateways.left));
        CHECK(host->kernel.list().at(0)->local.port == (left_wants ? 4500 : 500));
        CHECK_FALSE(host->kernel.list().at(0)->udp_encapsulation);
    }
}

TEST_CASE("the initiator's address changes, and its children go on", "[engine][rfc4555-3.5][rfc4555-3.7]") {
    Mobile world;
    world.tell_left("192.0.2.11");
    const base::Endpoint now{address("192.0.2.11"), 4500};
    CHECK(world.kernel_of_left() == now);  // at once
    world.wire.settle();
    CHECK(world.kernel_of_right() == now);
    CHECK(world.sa(world.right).remote == now);
    CHECK(world.disagreement() == "");
    // Request, answer, the responder's check, its answer.
    const auto& sent = world.right.sent;
    CHECK(sent.size() == 4);
    CHECK(world.left.sent.size() == 4);
    CHECK(sent.back().to == now);
    CHECK(world.left.counted() == 0);
    CHECK(world.right.counted() == 0);
}

TEST_CASE("the responder sends to a new place only once somebody there has answered", "[engine][rfc4555-3.7]") {
    Mobile world;
    const base::Endpoint before = world.kernel_of_right();
    world.tell_left("192.0.2.11");
    std::size_t seen = 0;
    world.wire.after_feed = [&](Host& host) {
        if (&host != &world.right || ++seen != 1) return;
        CHECK(world.sa(world.right).remote.address == address("192.0.2.11"));
        CHECK(world.kernel_of_right() == before);
    };
    world.wire.settle();
    CHECK(seen >= 2);
    CHECK(world.kernel_of_right().address == address("192.0.2.11"));
}

TEST_CASE("a request in flight goes on over the new path, and the update follows", "[engine][rfc4555-3.5]") {
    Mobile world;
    world.move_left("192.0.2.11");
    const auto operation = world.wire.rekey(world.left, world.id(world.left));
    world.wire.settle();  // the answer goes to where left is no more
    CHECK(world.left.outcome(operation) == "running");
    world.tell_left("192.0.2.11");
    world.wire.run_for(seconds(1));
    CHECK(world.left.outcome(operation) == "ok");
    CHECK(world.kernel_of_right().address == address("192.0.2.11"));
    CHECK(world.sa(world.left).mobility.agreed);
    CHECK(world.disagreement() == "");
}

TEST_CASE("two moves, on or back, before anything is answered", "[engine][rfc4555-3.5]") {
    const std::string last = GENERATE("192.0.2.12", "192.0.2.1");
    Mobile world;
    world.tell_left("192.0.2.11");
    world.tell_left(last);
    world.wire.run_for(seconds(10));
    CHECK(world.kernel_of_left().address == address(last));
    CHECK(world.kernel_of_right().address == address(last));
    CHECK(world.sa(world.right).remote.address == address(last));
    CHECK(world.disagreement() == "");
}

TEST_CASE("after rekeying by the responder it is still the first initiator that decides", "[engine][rfc4555-2]") {
    Mobile world;
    world.wire.rekey(world.right, world.id(world.right));
    world.wire.run_for(seconds(10));
    REQUIRE_FALSE(world.sa(world.left).original_initiator);
    world.tell_left("192.0.2.11");
    world.wire.run_for(seconds(10));
    CHECK(world.kernel_of_right().address == address("192.0.2.11"));
    // Whoever follows does not lead.
    world.wire.feed(world.right,
                    ike::UsePath{world.id(world.right), address("192.0.2.22"), address("192.0.2.11"), true});
    CHECK(world.sa(world.right).local.address == address("192.0.2.2"));
    CHECK(world.disagreement() == "");
}

TEST_CASE("behind a NAT on the new path ESP goes in UDP, and no more when it is left", "[engine][rfc4555-3.5]") {
    Mobile world;
    world.wire.add_nat("10.0.0.1", "203.0.113.9");
    world.tell_left("10.0.0.1");
    world.wire.run_for(seconds(10));
    CHECK(world.left.kernel.list().at(0)->udp_encapsulation);
    CHECK(world.right.kernel.list().at(0)->udp_encapsulation);
    CHECK(world.kernel_of_right().address == address("203.0.113.9"));
    CHECK(world.kernel_of_right() == world.sa(world.right).remote);
    CHECK(world.sa(world.left).nat.local);
    world.tell_left("192.0.2.1");
    world.wire.run_for(seconds(10));
    CHECK_FALSE(world.left.kernel.list().at(0)->udp_encapsulation);
    CHECK_FALSE(world.right.kernel.list().at(0)->udp_encapsulation);
    CHECK(world.disagreement() == "");
}

TEST_CASE("without MOBIKE routing moves nothing", "[engine][rfc4555-3.5]") {
    Gateways gateways(mobile(), mirrored(mobile(false)));
    gateways.connect();
    const auto id = gateways.left.sas().at(0)->sa().id;
    gateways.wire.feed(gateways.left, ike::UsePath{id, address("192.0.2.11"), gateways.right.address});
    gateways.wire.feed(gateways.left, ike::UsePath{ike::IkeSaId{99}, address("192.0.2.11"), gateways.right.address});
    CHECK(gateways.left.kernel.list().at(0)->local.address == address("192.0.2.1"));
    CHECK(gateways.left.sent.size() == 2);
}

TEST_CASE("a path that leads where we are already changes nothing", "[engine][rfc4555-3.5]") {
    Mobile world;
    const auto changes = world.left.kernel.changes();
    world.tell_left("192.0.2.1");
    world.wire.settle();
    CHECK(world.left.sent.size() == 2);
    CHECK(world.left.kernel.changes() == changes);
}

TEST_CASE("when nobody answers, paths are sought: first another source, then the peer's other addresses",
          "[engine][rfc4555-3.5][rfc4555-3.10]") {
    Lonely lonely(mobile());
    lonely.be_called();
    Payloads answer = lonely.peer.auth_response(lonely.auth_request);
    CHECK(lonely.auth_request.find(wire::NotifyType::mobike_supported) != nullptr);
    answer.emplace_back(notify(wire::NotifyType::mobike_supported));
    answer.emplace_back(notify(wire::NotifyType::additional_ip4_address, {192, 0, 2, 22}));
    lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, true, answer));
    const ike::IkeSaId id = lonely.sa()->sa().id;
    lonely.wire.rekey(lonely.host, id);
    lonely.wire.run_for(seconds(5));
    CHECK(lonely.host.sought.empty());  // once is bad luck
    lonely.wire.run_for(seconds(45));
    REQUIRE(lonely.host.sought.size() == 3);
    CHECK(lonely.host.sought[0].remote == address("192.0.2.2"));
    CHECK(lonely.host.sought[1].remote == address("192.0.2.22"));
    CHECK(lonely.host.sought[2].remote == address("192.0.2.2"));
    // What the operator has not named is no way out of a silence.
    lonely.wire.feed(lonely.host, ike::UsePath{id, address("192.0.2.11"), address("192.0.2.2"), true});
    CHECK(lonely.sa()->sa().local.address == address("192.0.2.1"));
    const std::size_t before = lonely.host.sent.size();
    lonely.wire.feed(lonely.host, ike::UsePath{id, address("192.0.2.1"), address("192.0.2.22"), true});
    lonely.wire.run_for(milliseconds(10));
    REQUIRE(lonely.host.sent.size() == before + 1);
    CHECK(lonely.host.sent.back().to == base::Endpoint{address("192.0.2.22"), 500});
    // The former address takes the new one's place among the others.
    CHECK(lonely.sa()->sa().mobility.elsewhere == std::vector{address("192.0.2.2")});
    CHECK(lonely.host.kernel.list().at(0)->remote.address == address("192.0.2.2"));
    // A silence on all paths ends it as any, and not sooner.
    lonely.wire.run_for(seconds(60));
    CHECK(lonely.host.sas().size() == 1);
    lonely.wire.run_for(seconds(300));
    CHECK(lonely.host.sas().empty());
}

TEST_CASE("users' packets go to an address that the peer named when it has answered there", "[engine][rfc4555-5.3]") {
    Leading leading({notify(wire::NotifyType::additional_ip4_address, {192, 0, 2, 22})});
    leading.use("192.0.2.1", "192.0.2.22");
    CHECK(leading.sa()->sa().remote.address == address("192.0.2.22"));
    CHECK(leading.child().remote.address == address("192.0.2.2"));
    leading.answer({*leading.update().find(wire::NotifyType::cookie2)});
    CHECK(leading.child().remote.address == address("192.0.2.22"));
}

TEST_CASE("an address of the peer's that its children protect is no path to it", "[engine][rfc4555-3.6]") {
    Leading leading({notify(wire::NotifyType::additional_ip4_address, {10, 2, 0, 1})});
    leading.wire.rekey(leading.host, leading.sa()->sa().id);
    leading.wire.run_for(seconds(60));
    REQUIRE(leading.host.sought.size() >= 2);
    for (const ike::SeekPath& sought : leading.host.sought) CHECK(sought.remote == address("192.0.2.2"));
}

TEST_CASE("addresses that lead to nobody but ourselves are not tried", "[engine][rfc4555-3.6]") {
    Leading leading({notify(wire::NotifyType::additional_ip4_address, {127, 0, 0, 1}),
                     notify(wire::NotifyType::additional_ip4_address, {169, 254, 0, 1}),
                     notify(wire::NotifyType::additional_ip6_address, base::to_bytes(address("::1").bytes())),
                     notify(wire::NotifyType::additional_ip6_address, base::to_bytes(address("fe80::1").bytes()))});
    CHECK(leading.sa()->sa().mobility.elsewhere.empty());
}

TEST_CASE("a path that the peer refuses ends the IKE SA, and its children are wanted back", "[engine][rfc4555-3.5]") {
    const auto refusal = GENERATE(wire::NotifyType::unacceptable_addresses, wire::NotifyType::unexpected_nat_detected);
    Leading leading;
    leading.use("192.0.2.11", "192.0.2.2");
    leading.answer({*leading.update().find(wire::NotifyType::cookie2), notify(refusal)});
    CHECK(leading.host.sas().empty());
    CHECK(leading.host.count(Reason::PathRefused) == 1);
    CHECK(leading.host.revived.size() == 1);
}

TEST_CASE("a request on another path that says nothing of a move moves nothing", "[engine][rfc4555-3.8]") {
    Mobile world;
    world.wire.add_nat("192.0.2.1", "203.0.113.9");
    const auto before = world.sa(world.right).remote;
    world.wire.clear(world.left, world.id(world.left), world.left.kernel.list().at(0)->child);
    world.wire.settle();
    CHECK(world.right.kernel.list().empty());
    CHECK(world.sa(world.right).remote == before);
}

TEST_CASE("who is behind a NAT asks with each liveness check how it is seen, and tells of a change",
          "[engine][rfc4555-3.8]") {
    ConnectionWords left = mobile();
    left.dpd_delay = seconds(10);
    Gateways gateways(left, anywhere());
    NatBox& box = gateways.wire.add_nat("192.0.2.1", "203.0.113.9");
    gateways.connect();
    gateways.wire.run_for(seconds(25));
    const auto& right = *gateways.right.kernel.list().at(0);
    const base::Endpoint before = right.remote;
    box.forget();
    gateways.wire.run_for(seconds(25));
    CHECK(right.remote != before);
    CHECK(right.remote == gateways.right.sas().at(0)->sa().remote);
    CHECK(gateways.right.established() == 1);
}

TEST_CASE("a mapping that changes while the IKE SA is rekeyed is found as well", "[engine][rfc4555-3.8]") {
    ConnectionWords left = mobile();
    left.dpd_delay = seconds(10);
    Gateways gateways(left, anywhere());
    NatBox& box = gateways.wire.add_nat("192.0.2.1", "203.0.113.9");
    gateways.connect();
    gateways.wire.run_for(seconds(25));
    const base::Endpoint before = gateways.right.sas().at(0)->sa().remote;
    box.forget();
    gateways.wire.rekey(gateways.left, gateways.left.sas().at(0)->sa().id);
    gateways.wire.run_for(seconds(15));
    CHECK(gateways.right.kernel.list().at(0)->remote != before);
    CHECK(gateways.right.kernel.list().at(0)->remote == gateways.right.sas().at(0)->sa().remote);
}

TEST_CASE("who deletes an IKE SA still follows its peer", "[engine][rfc4555-3.5][rfc7296-2.25.2]") {
    Mobile world;
    world.move_left("192.0.2.11");
    const auto operation = world.wire.clear(world.right, world.id(world.right));
    world.wire.settle();
    CHECK(world.right.outcome(operation) == "running");
    world.tell_left("192.0.2.11");
    world.wire.run_for(milliseconds(100));
    CHECK(world.right.outcome(operation) == "ok");
    CHECK(world.left.sas().empty());
}

TEST_CASE("with MOBIKE the kernel's word moves ESP alone", "[engine][rfc4555-3.8]") {
    Gateways gateways(mobile(), anywhere());
    gateways.wire.add_nat("192.0.2.1", "203.0.113.9");
    gateways.connect();
    const auto& child = *gateways.right.kernel.list().at(0);
    const base::Endpoint before = gateways.right.sas().at(0)->sa().remote;
    const base::Endpoint now{address("203.0.113.9"), 50001};
    gateways.wire.feed(gateways.right, ike::PeerMoved{child.ike_sa, child.child, now});
    CHECK(child.remote == now);
    CHECK(gateways.right.sas().at(0)->sa().remote == before);
}

}  // namespace xfrmd::tests
