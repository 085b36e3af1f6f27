// Authenticating again (RFC 7296 2.8.3) waits until what the IKE SA has replaced, and what was replaced in it, has gone
// at both ends.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/reauthenticated.h"

namespace xfrmd::tests {

namespace {

ConnectionWords one_child(seconds reauth_time) {
    ConnectionWords words;
    words.reauth_time = reauth_time;
    words.over_time = seconds(1000);
    return words;
}

struct Settling : Reauthenticated {
    Settling() : Settling(one_child(seconds(100))) {}
    explicit Settling(const ConnectionWords& words) : Reauthenticated(words, mirrored(without_reauth(words))) {}

    // Packets of both pass now.
    bool works(const std::string& left_user = "10.1.0.1", const std::string& right_user = "10.2.0.1") const {
        const Packet there{address(left_user), address(right_user)};
        const Packet back{there.destination, there.source};
        return right.kernel.accepts(there, left.kernel.depart(there)) &&
               left.kernel.accepts(back, right.kernel.depart(back));
    }
    // What is INFORMATIONAL in the first IKE SA comes from this one no more.
    void lose_informationals(const Host& from) {
        wire.on_the_way = [this, &from](Parcel& parcel) {
            const auto header = wire::peek_header(parcel.bytes);
            return parcel.from.address != from.address || !header || header->spi_i != spi ||
                   header->exchange != wire::ExchangeType::informational;
        };
    }
};

}  // namespace

TEST_CASE("the IKE SA before it has gone before one is authenticated again", "[engine][rfc7296-2.8.3]") {
    Settling gateways;
    gateways.lose_informationals(gateways.right);
    gateways.wire.run_for(seconds(105));
    REQUIRE(gateways.is_another());
    // The old one is given up after all its retransmissions.
    gateways.wire.run_for(seconds(155));
    CHECK(times_begun(gateways.left) == gateways.begun + 1);
    CHECK(gateways.works());
    gateways.wire.run_for(seconds(30));
    CHECK(times_begun(gateways.left) == gateways.begun + 2);
    CHECK(gateways.works());
    gateways.expect_same_numbers();
    gateways.wire.run_for(seconds(10));
    gateways.expect_settled();
}

TEST_CASE("what the peer has rekeyed has gone before it is authenticated again", "[engine][rfc7296-2.8.3]") {
    Settling gateways;
    gateways.wire.run_for(seconds(99));
    gateways.lose_informationals(gateways.right);
    gateways.wire.rekey(gateways.right, live(gateways.right).sa().id,
                        live(gateways.right).established()->children.at(0).id);
    gateways.wire.run_for(seconds(2));
    CHECK(gateways.left.kernel.children().size() == 2);
    CHECK(times_begun(gateways.left) == gateways.begun);
    gateways.wire.on_the_way = nullptr;
    gateways.wire.after_feed = [&](Host&) { CHECK(gateways.works()); };
    gateways.wire.run_for(seconds(60));
    CHECK(times_begun(gateways.left) == gateways.begun + 1);
    gateways.expect_same_numbers();
    gateways.expect_settled();
}

TEST_CASE("a peer that does not delete what it has rekeyed is not waited for", "[engine][rfc7296-2.8.3]") {
    Lonely lonely(one_child(seconds(100)));
    lonely.be_called();
    lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, true,
                                    lonely.peer.auth_response(lonely.auth_request, 0xc0ffee01)));
    lonely.wire.run_for(seconds(95));
    Payloads rekeying = lonely.peer.child_rekeying(3);
    rekeying.resize(rekeying.size() - 2);  // TSi is the peer's, who has not begun the IKE SA
    rekeying.emplace_back(wire::TrafficSelectorPayload{true, selectors({"10.2.0.0/16"}), {}});
    rekeying.emplace_back(wire::TrafficSelectorPayload{false, selectors({"10.1.0.0/16"}), {}});
    lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 0, false, rekeying));
    REQUIRE(lonely.host.kernel.children().size() == 2);
    lonely.wire.run_for(seconds(150));
    CHECK(times_begun(lonely.host) == 1);
    lonely.wire.run_for(seconds(60));
    CHECK(times_begun(lonely.host) > 1);
}

TEST_CASE("a child that has come up anew in the old IKE SA is followed by the one of its name",
          "[engine][rfc7296-2.8.3]") {
    Settling gateways;
    gateways.wire.faults.least_delay = gateways.wire.faults.most_delay = milliseconds(100);
    bool are_lost = true;
    gateways.wire.on_the_way = [&are_lost](Parcel& parcel) {
        const auto header = wire::peek_header(parcel.bytes);
        return !are_lost || !header || header->exchange != wire::ExchangeType::ike_sa_init;
    };
    gateways.wire.run_for(seconds(103));
    const auto& old = live(gateways.right);
    gateways.wire.clear(gateways.right, old.sa().id, old.established()->children.at(0).number);
    gateways.wire.run_for(seconds(2));
    const auto operation = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "net");
    gateways.wire.run_for(seconds(2));
    REQUIRE(gateways.left.outcome(operation) == "ok");
    are_lost = false;
    gateways.wire.after_feed = [&](Host&) { CHECK(gateways.works()); };
    gateways.wire.run_for(seconds(40));
    CHECK(gateways.is_another());
    gateways.expect_settled();
}

TEST_CASE("a child that the peer makes in the new IKE SA follows the one of its name", "[engine][rfc7296-2.8.3]") {
    ConnectionWords words = two_children(seconds(100));
    words.over_time = seconds(1000);
    Settling gateways(words);
    Host& right = gateways.right;
    gateways.wire.faults.least_delay = gateways.wire.faults.most_delay = milliseconds(100);
    gateways.left.kernel.verdict = [times = 0](const ike::ChildInstall& child) mutable -> base::Result<void> {
        if (child.child_name != "second" || ++times != 1) return {};
        return base::fail(Reason::KernelRefused, "out of sorts");
    };
    gateways.wire.run_for(seconds(102));
    REQUIRE(gateways.left.count(Reason::KernelRefused) == 1);
    REQUIRE(right.sas().size() == 2);
    ike::Initiate wish{{}, "gw", "second", right.address, gateways.left.address, right.sas().at(1)->sa().id};
    gateways.wire.initiate(right, wish);
    gateways.wire.after_feed = [&](Host&) {
        CHECK(gateways.works());
        CHECK(gateways.works("10.3.0.1", "10.4.0.1"));
    };
    gateways.wire.run_for(seconds(8));
    CHECK_FALSE(gateways.is_another());
    // A packet shows that the peer has it.
    gateways.left.kernel.carry(gateways.left.kernel.list().back()->child, 1, 0);
    gateways.wire.run_for(seconds(40));
    CHECK(gateways.is_another());
    gateways.expect_settled();
}

}  // namespace xfrmd::tests
