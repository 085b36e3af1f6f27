// Rekeying IKE SAs between two gateways (RFC 7296 1.3.2, 2.8.2, 2.18, 2.25.2).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "tests/unit/engine/rekeyable_ike.h"

namespace xfrmd::tests {

TEST_CASE("an IKE SA is rekeyed, and keeps its number and its children", "[engine][rfc7296-1.3.2][rfc7296-2.18]") {
    const bool by_left = GENERATE(true, false);
    RekeyableIke gateways;
    Host& host = by_left ? gateways.left : gateways.right;
    const auto spi_i = live(gateways.left).sa().spi_i;
    const auto id = live(host).sa().id;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    const auto operation = gateways.rekey(host);
    gateways.wire.settle();
    CHECK(host.outcome(operation) == "ok");
    CHECK(live(host).sa().id == id);
    CHECK(live(gateways.left).sa().spi_i != spi_i);
    CHECK(live(host).sa().original_initiator);
    expect_one(gateways, child);
    SECTION("and works: a child, its rekeying and another rekeying") {
        const auto again = gateways.rekey(by_left ? gateways.right : gateways.left);
        gateways.wire.settle();
        CHECK((by_left ? gateways.right : gateways.left).outcome(again) == "ok");
        expect_one(gateways, child);
        const auto rekeyed = gateways.wire.rekey(host, live(host).sa().id, live(host).established()->children.at(0).id);
        gateways.wire.run_for(seconds(30));
        CHECK(host.outcome(rekeyed) == "ok");
        CHECK(gateways.disagreement() == "");
    }
}

TEST_CASE("two rekeyings of one IKE SA that cross leave one", "[engine][rfc7296-2.8.2][hostile-f7]") {
    const auto seed = GENERATE(Catch::Generators::range(std::uint64_t{1}, std::uint64_t{9}));
    RekeyableIke gateways;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    for (std::uint64_t i = 0; i < seed; ++i) gateways.left.random.number();
    gateways.wire.seed(seed);
    gateways.wire.faults.most_delay = milliseconds(static_cast<int>(seed % 4) * 5 + 1);
    const auto left = gateways.rekey(gateways.left);
    const auto right = gateways.rekey(gateways.right);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(left) == "ok");
    CHECK(gateways.right.outcome(right) == "ok");
    const bool left_wins = gateways.left.reported("rekeyings of the IKE SA crossed; ours goes on");
    CHECK((left_wins ? gateways.right : gateways.left).reported("rekeyings of the IKE SA crossed; the peer's goes on"));
    CHECK((left_wins ? gateways.left : gateways.right).reported("rekeyings of the IKE SA crossed; ours goes on"));
    expect_one(gateways, child);
}

TEST_CASE("a rekeying that the peer did not see in time is forgotten", "[engine][rfc7296-2.8.2][rfc7296-2.25.2]") {
    RekeyableIke gateways;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    std::optional<Parcel> late;
    const bool delete_is_lost = GENERATE(true, false);
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        if (parcel.from.address == gateways.left.address) return !delete_is_lost || !is_informational(parcel);
        if (late) return true;
        late = parcel;
        return false;
    };
    const auto right = gateways.rekey(gateways.right);
    const auto left = gateways.rekey(gateways.left);
    gateways.wire.settle();
    gateways.wire.inject(late->from, late->to, late->bytes);
    gateways.wire.settle();
    gateways.wire.on_the_way = nullptr;
    CHECK(gateways.left.outcome(left) == "ok");
    CHECK(gateways.right.outcome(right) == "ok");
    CHECK(gateways.left.reported("rekeyings of the IKE SA crossed; ours goes on") == delete_is_lost);
    CHECK(gateways.right.reported("rekeyings of the IKE SA crossed; the peer's goes on"));
    expect_one(gateways, child);
}

TEST_CASE("an answer to a rekeying that is lost for long does no harm", "[engine][rfc7296-2.1][rfc7296-2.8]") {
    RekeyableIke gateways;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    gateways.wire.on_the_way = [&](Parcel& parcel) { return parcel.from.address == gateways.right.address; };
    const auto operation = gateways.rekey(gateways.right);
    gateways.wire.run_for(seconds(40));
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.right.outcome(operation) == "ok");
    expect_one(gateways, child);
}

TEST_CASE("two rekeyings that cross on a wire that loses leave one", "[engine][rfc7296-2.8.2][hostile-f7]") {
    const auto seed = GENERATE(Catch::Generators::range(std::uint64_t{1}, std::uint64_t{21}));
    RekeyableIke gateways;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    gateways.wire.seed(seed);
    gateways.wire.faults = {0.3, 0.1, milliseconds(1), milliseconds(40)};
    gateways.rekey(gateways.left);
    gateways.rekey(gateways.right);
    gateways.wire.run_for(seconds(200));
    gateways.wire.faults = {};
    gateways.wire.run_for(seconds(400));
    expect_one(gateways, child);
}

TEST_CASE("a child asked for while the IKE SA is rekeyed comes later", "[engine][rfc7296-2.25.2]") {
    RekeyableIke gateways(two_children());
    gateways.rekey(gateways.left);
    const auto operation = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "second");
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.left.kernel.children().size() == 2);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("an IKE SA is rekeyed by the other side's wish while a child is made",
          "[engine][rfc7296-2.25.2][hostile-f7]") {
    RekeyableIke gateways(two_children());
    const auto operation = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "second");
    const auto rekeying = gateways.rekey(gateways.right);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.right.outcome(rekeying) != "running");
    CHECK(gateways.left.outcome(operation) != "running");
    CHECK(gateways.left.engine.size() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("an IKE SA is rekeyed when its time has come, and is over when that fails", "[engine][rfc7296-2.8]") {
    ConnectionWords words;
    words.rekey_time = seconds(100);
    words.over_time = seconds(20);
    RekeyableIke gateways(words);
    const auto spi = live(gateways.left).sa().spi_i;
    SECTION("rekeyed") {
        gateways.wire.run_for(seconds(101));
        CHECK(live(gateways.left).sa().spi_i != spi);
        gateways.wire.run_for(seconds(1000));
        CHECK(gateways.left.established() >= 1);
    }
    SECTION("over") {
        gateways.wire.on_the_way = [](Parcel&) { return false; };
        gateways.wire.run_for(seconds(400));
        CHECK(gateways.left.engine.size() == 0);
        CHECK(gateways.left.kernel.children().empty());
    }
}

TEST_CASE("a rekeying that is late, but succeeds, keeps the new IKE SA", "[engine][rfc7296-2.8]") {
    ConnectionWords words;
    words.rekey_time = seconds(100);
    words.over_time = seconds(20);
    RekeyableIke gateways(words, mirrored(ConnectionWords{}));
    const auto spi = live(gateways.left).sa().spi_i;
    gateways.wire.on_the_way = [](Parcel&) { return false; };
    gateways.wire.run_for(seconds(121));
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(50));
    CHECK(live(gateways.left).sa().spi_i != spi);
    CHECK(live(gateways.left).established()->children.size() == 1);
    CHECK_FALSE(gateways.left.reported("not rekeyed in time"));
}

TEST_CASE("a child asked for while a late rekeying may still succeed waits for it", "[engine][rfc7296-2.25.2]") {
    ConnectionWords words = two_children();
    words.rekey_time = seconds(100);
    words.over_time = seconds(20);
    RekeyableIke gateways(words);
    gateways.wire.on_the_way = [](Parcel&) { return false; };
    gateways.wire.run_for(seconds(130));
    const auto operation = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "second");
    CHECK(gateways.left.engine.size() == 1);
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.left.engine.size() == 1);
    CHECK(gateways.left.kernel.children().size() == 2);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("who wishes a rekeying while one is under way has it with that one", "[engine][rfc7296-2.8]") {
    RekeyableIke gateways;
    const auto one = gateways.rekey(gateways.left);
    const auto another = gateways.rekey(gateways.left);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(one) == "ok");
    CHECK(gateways.left.outcome(another) == "ok");
    const auto rekeyed =
        std::count_if(gateways.left.reports.begin(), gateways.left.reports.end(),
                      [](const ike::Report& report) { return report.milestone.turn == ike::Turn::ike_rekeyed; });
    CHECK(rekeyed == 1);
}

TEST_CASE("an IKE SA that is to be deleted while it is rekeyed goes after that", "[engine][rfc7296-2.3]") {
    RekeyableIke gateways;
    const auto rekeying = gateways.rekey(gateways.left);
    const auto cleared = gateways.wire.clear(gateways.left, live(gateways.left).sa().id);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(rekeying) == "ok");
    CHECK(gateways.left.outcome(cleared) == "ok");
    CHECK(gateways.left.engine.size() == 0);
    CHECK(gateways.right.engine.size() == 0);
}

TEST_CASE("an IKE SA is rekeyed with the key exchange that the peer wants", "[engine][rfc7296-1.3]") {
    ConnectionWords both;
    both.ike = "aes128-sha256-x25519-ecp256";
    Lonely lonely(both);
    lonely.establish();
    const auto operation = lonely.wire.rekey(lonely.host, lonely.sa()->sa().id);
    const auto refuse = [&](std::uint32_t id, std::uint8_t group) {
        return lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, id, true,
                                               {notify(wire::NotifyType::invalid_ke_payload, {0, group})}));
    };
    const auto again = refuse(0, 19);
    REQUIRE(again.size() == 1);
    CHECK(lonely.peer.open(again.at(0))->key_exchange->method == policy::KeyExchangeId::ecp256);
    CHECK(lonely.host.outcome(operation) == "running");
    // Once is enough.
    CHECK(refuse(1, 31).empty());
    CHECK(lonely.host.failed(operation));
}

TEST_CASE("a rekeying that crosses a Delete of the IKE SA leaves none", "[engine][rfc7296-2.25.2][hostile-f7]") {
    RekeyableIke gateways;
    gateways.wire.clear(gateways.left, live(gateways.left).sa().id);
    const auto operation = gateways.rekey(gateways.right);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.right.outcome(operation) != "running");
    CHECK(gateways.left.engine.size() == 0);
    CHECK(gateways.right.engine.size() == 0);
    CHECK(gateways.right.kernel.children().empty());
}

}  // namespace xfrmd::tests
