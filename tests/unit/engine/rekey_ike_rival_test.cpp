// What a peer may make of an IKE SA by rekeying, and what becomes of it (RFC 7296 1.3, 2.8.2, 2.25.2).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "tests/unit/engine/rekeyable_ike.h"

namespace xfrmd::tests {

TEST_CASE("while ours is in flight the peer makes one other IKE SA, and no more", "[engine][rfc7296-2.8.2]") {
    Lonely lonely;
    lonely.establish();
    lonely.wire.rekey(lonely.host, lonely.sa()->sa().id);
    CHECK_FALSE(is_refused(lonely, 2, wire::NotifyType::temporary_failure));
    for (std::uint8_t id = 3; id < 8; ++id) CHECK(is_refused(lonely, id, wire::NotifyType::temporary_failure));
    CHECK(lonely.host.engine.size() == 2);
}

TEST_CASE("an IKE SA that may not stay begins nothing", "[engine][rfc7296-2.8.2]") {
    Crossed lonely;
    const std::size_t sent = lonely.host.sent.size();
    const auto operation = lonely.wire.rekey(lonely.host, lonely.host.sas().at(1)->sa().id);
    lonely.wire.settle();
    CHECK(lonely.host.sent.size() == sent);
    CHECK(lonely.host.outcome(operation) == "running");
    // The peer deletes the old one, so the other one stays, and has been rekeyed with that.
    lonely.tell(
        lonely.peer.protect(wire::ExchangeType::informational, 3, false, {wire::Delete{policy::ProtocolId::ike, {}}}));
    CHECK(lonely.host.outcome(lonely.operation) == "ok");
}

TEST_CASE("an IKE SA is not rekeyed by the peer while its predecessor stands", "[engine][rfc7296-2.25.2]") {
    RekeyableIke gateways;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        return !is_informational(parcel) || parcel.from.address == gateways.right.address;
    };
    for (int i = 0; i < 5; ++i) {
        gateways.rekey(gateways.left);
        gateways.wire.settle();
    }
    CHECK(gateways.right.engine.size() == 2);
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(60));
    const auto again = gateways.rekey(gateways.left);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(again) == "ok");
    expect_one(gateways, live(gateways.left).established()->children.at(0).spi_in);
}

TEST_CASE("an IKE SA that the peer made of ours and that has gone again is no heir", "[engine][rfc7296-2.8.2]") {
    Crossed lonely;
    lonely.remove_rival();
    SECTION("the peer deletes the old one") {
        lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 3, false,
                                        {wire::Delete{policy::ProtocolId::ike, {}}}));
        CHECK(lonely.host.engine.size() == 0);
        CHECK(lonely.host.kernel.children().empty());
        CHECK(lonely.host.failed(lonely.operation));
    }
    SECTION("the peer refuses ours") {
        lonely.answer({notify(wire::NotifyType::temporary_failure)});
        CHECK(lonely.host.failed(lonely.operation));
        CHECK(live(lonely.host).established()->rekey_at != base::kNever);
    }
    SECTION("ours has the lowest nonce") {
        lonely.answer(ScriptedPeer::ike_rekeying(1));
        CHECK(lonely.host.outcome(lonely.operation) == "ok");
        CHECK(live(lonely.host).sa().id == lonely.old);
        CHECK(live(lonely.host).established()->children.size() == 1);
        lonely.wire.run_for(seconds(10));
        CHECK(live(lonely.host).sa().original_initiator);
    }
}

TEST_CASE("an IKE SA that the peer made of ours goes with it", "[engine][rfc7296-2.8.2]") {
    Crossed lonely;
    SECTION("the operator ends it") { lonely.wire.clear(lonely.host, lonely.old, {}, true); }
    SECTION("the peer is silent") {}
    lonely.wire.run_for(seconds(600));
    CHECK(lonely.host.engine.size() == 0);
}

TEST_CASE("an IKE SA that has been rekeyed takes and rekeys no children", "[engine][rfc7296-2.25.2]") {
    Lonely lonely;
    lonely.establish();
    CHECK_FALSE(is_refused(lonely, 2, wire::NotifyType::temporary_failure));
    Payloads request{ScriptedPeer::esp_offer(0xc0ffee02), wire::Nonce{base::Bytes(32, 3)}, lonely.peer.own_selectors(),
                     lonely.peer.engine_selectors()};
    if (GENERATE(true, false)) {
        request.insert(request.begin(),
                       wire::Notify{policy::ProtocolId::esp, {0xc0, 0xff, 0xee, 0x01}, wire::NotifyType::rekey_sa, {}});
    }
    const auto answers = lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 3, false, request));
    CHECK(lonely.peer.open(answers.at(0))->find(wire::NotifyType::temporary_failure) != nullptr);
    CHECK(lonely.host.kernel.children().size() == 1);
}

TEST_CASE("a peer may rekey what we have rekeyed while our Delete is on its way", "[engine][rfc7296-2.25.2]") {
    RekeyableIke gateways;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    gateways.wire.on_the_way = [](Parcel& parcel) { return !is_informational(parcel); };
    gateways.rekey(gateways.left);
    gateways.wire.settle();
    const auto operation = gateways.rekey(gateways.right);
    gateways.wire.settle();
    gateways.wire.on_the_way = nullptr;
    CHECK(gateways.right.outcome(operation) == "ok");
    expect_one(gateways, child);
}

TEST_CASE("an IKE SA that may not stay takes no requests", "[engine][rfc7296-2.8.2][rfc7296-2.25]") {
    const bool deletes = GENERATE(true, false);
    RekeyableIke gateways;
    // left does not see that right rekeys as well, and right not yet that left has the new IKE SA.
    bool seen = false;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        if (parcel.from.address == gateways.left.address) return !is_informational(parcel) || seen;
        return (parcel.bytes.at(19) & 0x20) != 0 || seen;
    };
    gateways.rekey(gateways.right);
    gateways.rekey(gateways.left);
    gateways.wire.settle();
    REQUIRE(gateways.left.reported("IKE SA rekeyed"));
    REQUIRE(gateways.right.engine.size() == 2);
    REQUIRE_FALSE(gateways.right.reported("IKE SA rekeyed"));
    seen = true;
    const auto child = live(gateways.left).established()->children.at(0);
    const auto id = live(gateways.left).sa().id;
    const auto operation =
        deletes ? gateways.wire.clear(gateways.left, id, child.id) : gateways.wire.rekey(gateways.left, id, child.id);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK_FALSE(gateways.right.reported("no child SA to rekey"));
    CHECK(gateways.right.engine.size() == 1);
    CHECK(gateways.left.kernel.children().size() == (deletes ? 0 : 1));
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("an IKE SA that was rekeyed waits as long as the peer may ask again", "[engine][rfc7296-2.1]") {
    RekeyableIke gateways;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    gateways.wire.on_the_way = [&](Parcel& parcel) { return parcel.from.address == gateways.left.address; };
    const auto operation = gateways.rekey(gateways.left);
    gateways.wire.run_for(seconds(80));
    REQUIRE(gateways.right.engine.size() == 2);
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(operation) == "ok");
    expect_one(gateways, child);
}

TEST_CASE("a peer's rekeying finds no room in a full table", "[engine][rfc7296-1.3]") {
    ike::Options options;
    options.most_ike_sas = 1;
    Lonely lonely({}, options);
    lonely.establish();
    CHECK(is_refused(lonely, 2, wire::NotifyType::no_additional_sas));
    CHECK(lonely.host.engine.size() == 1);
}

}  // namespace xfrmd::tests
