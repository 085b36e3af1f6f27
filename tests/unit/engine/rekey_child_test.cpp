// Rekeying child SAs between two gateways (RFC 7296 1.3.3, 2.8, 2.8.1, 2.25.1).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <set>

#include "tests/unit/engine/rekeyable_child.h"

namespace xfrmd::tests {

TEST_CASE("a child is rekeyed, and traffic flows at every step", "[engine][rfc7296-1.3.3][rfc7296-2.8]") {
    const bool by_left = GENERATE(true, false);
    const std::string esp = GENERATE("aes128gcm16", "aes128gcm16-x25519");
    RekeyableChild gateways(ConnectionWords{.children = {{.esp = esp}}});
    Host& host = by_left ? gateways.left : gateways.right;
    const auto old = first_child(gateways.left);
    const auto operation = gateways.rekey(host);
    gateways.wire.settle();
    CHECK(host.outcome(operation) == "ok");
    const auto& now = gateways.left.sas().at(0)->established()->children.back();
    CHECK(now.spi_in != old.spi_in);
    CHECK(now.number == old.number);
    SECTION("the old SAs stay for packets that are late, then go") {
        CHECK(gateways.left.kernel.children().size() == 2);
        CHECK(gateways.right.kernel.children().size() == 2);
    }
    expect_one_child(gateways);
}

TEST_CASE("who answers a rekeying sends on the old child until it is deleted", "[engine][rfc7296-2.8]") {
    RekeyableChild gateways;
    const auto old_out = first_child(gateways.right).spi_out;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        // Everything but the Delete, which follows the answer.
        return gateways.right.kernel.children().size() < 2 || parcel.from.address == gateways.right.address;
    };
    gateways.rekey(gateways.left);
    gateways.wire.settle();
    REQUIRE(gateways.right.kernel.children().size() == 2);
    CHECK(gateways.right.kernel.outbound("net")->spi_out == old_out);
    CHECK(gateways.left.kernel.outbound("net")->spi_out != first_child(gateways.left).spi_out);
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(10));
    CHECK(gateways.right.kernel.outbound("net")->spi_out != old_out);
    expect_one_child(gateways);
}

TEST_CASE("a child is rekeyed when its time has come", "[engine][rfc7296-2.8]") {
    ConnectionWords words;
    words.children.at(0).rekey_time = seconds(100);
    words.children.at(0).rand_time = seconds(10);
    RekeyableChild gateways(words);
    const auto first = first_child(gateways.left).spi_in;
    gateways.wire.run_for(seconds(89));
    CHECK(first_child(gateways.left).spi_in == first);
    gateways.wire.run_for(seconds(12));
    CHECK(gateways.left.sas().at(0)->established()->children.back().spi_in != first);
    gateways.wire.run_for(seconds(1000));
    CHECK(gateways.left.kernel.children().size() <= 2);
    CHECK(traffic_flows(gateways));
}

TEST_CASE("a child near its limit is rekeyed once", "[engine][rfc7296-2.8][hostile-g10]") {
    RekeyableChild gateways;
    const auto notice = ike::ChildExpiring{ike_sa(gateways.left), first_child(gateways.left).id};
    gateways.wire.feed(gateways.left, notice);
    gateways.wire.feed(gateways.left, notice);
    gateways.wire.settle();
    CHECK(gateways.left.kernel.children().size() == 2);
    expect_one_child(gateways);
}

TEST_CASE("a child that the peer has replaced is not rekeyed once more", "[engine][rfc7296-2.8]") {
    RekeyableChild gateways;
    const auto old = first_child(gateways.right).id;
    std::size_t requests_of_right = 0;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        // Everything but the Delete, which follows the answer.
        const bool from_right = parcel.from.address == gateways.right.address;
        requests_of_right += from_right && (parcel.bytes.at(19) & 0x20) == 0;
        return gateways.right.kernel.children().size() < 2 || from_right;
    };
    gateways.rekey(gateways.left);
    gateways.wire.settle();
    REQUIRE(gateways.right.kernel.children().size() == 2);
    gateways.wire.feed(gateways.right, ike::ChildExpiring{ike_sa(gateways.right), old});
    gateways.wire.settle();
    CHECK(requests_of_right == 0);
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(10));
    expect_one_child(gateways);
}

TEST_CASE("only the very child that is meant is cleared, and a retired one is none", "[engine][rfc7296-1.4.1]") {
    RekeyableChild gateways;
    const auto old = first_child(gateways.left).id;
    gateways.rekey(gateways.left);
    gateways.wire.settle();
    REQUIRE(gateways.left.kernel.children().size() == 2);
    const ike::OperationId operation{1000};
    gateways.wire.feed(gateways.left, ike::Clear{operation, ike_sa(gateways.left), old, false, true});
    gateways.wire.settle();
    CHECK(gateways.left.outcome(1000) == base::name(Reason::NotFound));
    CHECK(live_children(gateways.left) == 1);
    // By its number, the one that has replaced it.
    gateways.wire.on_the_way = nullptr;
    const auto cleared = gateways.wire.clear(gateways.left, ike_sa(gateways.left), old, false);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(cleared) == "ok");
    CHECK(live_children(gateways.left) == 0);
}

TEST_CASE("soft limits lose as much as chance takes, and no more", "[engine][rfc7296-2.8][hostile-g10]") {
    ConnectionWords words;
    words.children.at(0).rekey_bytes = 1000;
    words.children.at(0).rand_bytes = 100;
    words.children.at(0).rekey_packets = 50;
    std::set<std::uint64_t> seen;
    RekeyableChild gateways(words);
    for (int i = 0; i < 20; ++i) {
        gateways.rekey(gateways.left);
        gateways.wire.run_for(seconds(10));
        const auto* child = gateways.left.kernel.outbound("net");
        REQUIRE(child != nullptr);
        CHECK(child->rekey_bytes > 900);
        CHECK(child->rekey_bytes <= 1000);
        CHECK(child->rekey_packets == 50);
        seen.insert(child->rekey_bytes);
    }
    CHECK(seen.size() > 5);
}

TEST_CASE("two rekeyings of one child that cross leave one child", "[engine][rfc7296-2.8.1][hostile-f6]") {
    const auto seed = GENERATE(Catch::Generators::range(std::uint64_t{1}, std::uint64_t{9}));
    RekeyableChild gateways;
    gateways.wire.seed(seed);
    gateways.wire.faults.most_delay = milliseconds(static_cast<int>(seed % 4) * 5 + 1);
    for (std::uint64_t i = 0; i < seed; ++i) gateways.left.random.number();
    // Neither sends on the one that goes again: a peer may have no inbound SA for it any more.
    std::set<ike::EspSpi> sent_on;
    gateways.wire.on_the_way = [&](Parcel&) {
        for (const Host* host : {&gateways.left, &gateways.right}) {
            sent_on.insert(host->kernel.outbound("net")->spi_out);
        }
        CHECK(traffic_flows(gateways));
        return true;
    };
    const auto left = gateways.rekey(gateways.left);
    const auto right = gateways.rekey(gateways.right);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(left) != "running");
    CHECK(gateways.right.outcome(right) != "running");
    expect_one_child(gateways);
    CHECK(sent_on.size() == 4);  // the old one's and the new one's of both
    const bool left_wins = gateways.left.reported("rekeyings of child SA net crossed; ours goes on");
    CHECK(
        (left_wins ? gateways.right : gateways.left).reported("rekeyings of child SA net crossed; the peer's goes on"));
    CHECK(crossings(gateways.left) <= 1);
    CHECK(crossings(gateways.right) <= 1);
}

TEST_CASE("a request that crosses ours and comes after our answer is too late",
          "[engine][rfc7296-2.25.1][hostile-f6]") {
    // Whichever of the nonces is lowest.
    const auto seed = GENERATE(Catch::Generators::range(std::uint64_t{1}, std::uint64_t{9}));
    RekeyableChild gateways;
    for (std::uint64_t i = 0; i < seed; ++i) gateways.left.random.number();
    std::optional<Parcel> late;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        CHECK(traffic_flows(gateways));
        if (late || parcel.from.address != gateways.right.address) return true;
        late = parcel;
        return false;
    };
    const auto right = gateways.rekey(gateways.right);
    const auto left = gateways.rekey(gateways.left);
    gateways.left.kernel_answers = false;
    gateways.wire.settle();
    REQUIRE(gateways.left.held.size() == 1);
    const bool before_the_kernel = GENERATE(true, false);
    gateways.wire.inject(late->from, late->to, late->bytes);
    if (before_the_kernel) gateways.wire.settle();
    gateways.left.kernel_answers = true;
    for (const ike::ChildInstalled& answer : gateways.left.held) gateways.wire.feed(gateways.left, answer);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(left) == "ok");
    CHECK(gateways.right.outcome(right) == "ok");
    CHECK(gateways.left.reported("rekeyings of child SA net crossed; ours goes on"));
    CHECK(gateways.right.reported("rekeyings of child SA net crossed; the peer's goes on"));
    expect_one_child(gateways);
}

TEST_CASE("a rekeying that crosses a Delete of the same child leaves none", "[engine][rfc7296-2.25.1]") {
    Gateways gateways;
    gateways.connect();
    const bool left_deletes = GENERATE(true, false);
    Host& deleting = left_deletes ? gateways.left : gateways.right;
    Host& rekeying = left_deletes ? gateways.right : gateways.left;
    gateways.wire.clear(deleting, ike_sa(deleting), first_child(deleting).id);
    const auto operation = gateways.wire.rekey(rekeying, ike_sa(rekeying), first_child(rekeying).id);
    gateways.wire.run_for(seconds(60));
    CHECK(rekeying.failed(operation));
    CHECK(live_children(gateways.left) == 0);
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.disagreement() == "");
}

// RFC 7296 2.25.1: CHILD_SA_NOT_FOUND would make the peer remove the child that its answer tells us of.
TEST_CASE("a child whose making is not known to both is not rekeyed", "[engine][rfc7296-2.25.1]") {
    Gateways gateways;
    gateways.connect();
    const auto first = gateways.wire.rekey(gateways.left, ike_sa(gateways.left), first_child(gateways.left).id);
    bool answered = false;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        const bool lost = parcel.from.address == gateways.right.address && !answered;
        answered = answered || lost;
        return !lost;
    };
    gateways.wire.settle();
    REQUIRE(answered);
    const auto made = gateways.right.sas().at(0)->established()->children.back().id;
    const auto second = gateways.wire.rekey(gateways.right, ike_sa(gateways.right), made);
    gateways.wire.settle();
    CHECK(gateways.right.outcome(second) == base::name(Reason::TemporaryFailure));
    CHECK(gateways.right.kernel.children().contains(made));
    gateways.wire.run_for(seconds(30));
    CHECK(gateways.left.outcome(first) == "ok");
    expect_one_child(gateways);
}

TEST_CASE("a Delete that comes late does not take us back to a child between", "[engine][rfc7296-2.8]") {
    Gateways gateways;
    gateways.connect();
    bool held = true;  // left's Delete of the first child
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        const bool informational = parcel.bytes.at(18) == static_cast<std::uint8_t>(wire::ExchangeType::informational);
        return !held || !informational || parcel.from.address == gateways.right.address;
    };
    gateways.wire.rekey(gateways.left, ike_sa(gateways.left), first_child(gateways.left).id);
    gateways.wire.settle();
    REQUIRE(gateways.right.kernel.children().size() == 2);
    gateways.wire.rekey(gateways.right, ike_sa(gateways.right), first_child(gateways.right).number);
    gateways.wire.settle();
    REQUIRE(gateways.right.kernel.children().size() == 3);
    const auto newest = gateways.right.kernel.outbound("net")->spi_out;
    held = false;
    while (gateways.left.kernel.children().size() + gateways.right.kernel.children().size() > 2) {
        gateways.wire.run_for(milliseconds(100));
        CHECK(gateways.right.kernel.outbound("net")->spi_out == newest);
        CHECK(traffic_flows(gateways));
    }
    expect_one_child(gateways);
}

TEST_CASE("the loser of two rekeyings is known although the winner has been rekeyed since",
          "[engine][rfc7296-2.8.1][hostile-f6]") {
    const auto seed = GENERATE(Catch::Generators::range(std::uint64_t{1}, std::uint64_t{9}));
    Gateways gateways;
    gateways.connect();
    for (std::uint64_t i = 0; i < seed; ++i) gateways.left.random.number();
    bool answered = false;  // by left, to right's rekeying
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        const bool lost =
            !answered && parcel.from.address == gateways.left.address && (parcel.bytes.at(19) & 0x20) != 0;
        answered = answered || lost;
        return !lost;
    };
    for (Host* host : {&gateways.left, &gateways.right}) {
        gateways.wire.rekey(*host, ike_sa(*host), first_child(*host).number);
    }
    gateways.wire.settle();
    REQUIRE(answered);
    gateways.wire.rekey(gateways.left, ike_sa(gateways.left), first_child(gateways.left).number);
    gateways.wire.run_for(seconds(1));
    expect_one_child(gateways);
}

}  // namespace xfrmd::tests
