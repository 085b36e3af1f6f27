// Rekeyings that begin with a key exchange the peer does not want, that cross, and that meet children which one side
// does not have any more (RFC 7296 1.3, 2.8, 2.25).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>

#include "tests/unit/engine/rekeyable_child.h"
#include "tests/unit/engine/rekeyable_ike.h"

namespace xfrmd::tests {

namespace {

ConnectionWords with(const std::string& ike, const std::string& esp) {
    ConnectionWords words;
    words.ike = ike;
    words.children.front().esp = esp;
    return words;
}

// Each prefers another group, so that the first guess of either is wrong.
const std::string kLeftIke = "aes128-sha256-ecp256-x25519";
const std::string kRightIke = "aes128-sha256-x25519-ecp256";
const std::string kLeftEsp = "aes128gcm16-ecp256-x25519";
const std::string kRightEsp = "aes128gcm16-x25519-ecp256";

Gateways two_minds() { return {with(kLeftIke, kLeftEsp), mirrored(with(kRightIke, kRightEsp))}; }

bool wanted_another_group(const Host& host) { return host.count(Reason::KeyExchangeMethodMismatch) > 0; }

// From now on every Delete of a child that this host sends is lost.
void lose_deletes(Gateways& gateways, const Host& of) {
    gateways.wire.on_the_way = [from = of.address](Parcel& parcel) {
        return parcel.from.address != from || !is_informational(parcel);
    };
}

}  // namespace

TEST_CASE("a child is rekeyed with the key exchange that the peer wants", "[engine][rfc7296-1.3]") {
    Gateways gateways = two_minds();
    gateways.connect();
    const bool by_left = GENERATE(true, false);
    Host& host = by_left ? gateways.left : gateways.right;
    const auto old = first_child(host).spi_in;
    const auto operation = gateways.wire.rekey(host, ike_sa(host), first_child(host).id);
    gateways.wire.settle();
    CHECK(host.outcome(operation) == "ok");
    CHECK(wanted_another_group(by_left ? gateways.right : gateways.left));
    expect_one_child(gateways);
    CHECK(first_child(host).spi_in != old);
}

TEST_CASE("two rekeyings of one child that cross with wrong guesses leave one", "[engine][rfc7296-2.8.1]") {
    const auto seed = GENERATE(Catch::Generators::range(std::uint64_t{0}, std::uint64_t{40}));
    Gateways gateways = two_minds();
    gateways.connect();
    for (std::uint64_t i = 0; i < seed; ++i) gateways.left.random.number();
    gateways.wire.seed(seed);
    // At the same pace, then at any, then with losses.
    if (seed >= 10) gateways.wire.faults = {seed >= 25 ? 0.2 : 0, 0.1, milliseconds(1), milliseconds(50)};
    const auto one = gateways.wire.rekey(gateways.left, ike_sa(gateways.left), first_child(gateways.left).id);
    const auto other = gateways.wire.rekey(gateways.right, ike_sa(gateways.right), first_child(gateways.right).id);
    gateways.wire.run_for(seconds(100));
    gateways.wire.faults = {};
    gateways.wire.run_for(seconds(100));
    CHECK(gateways.left.outcome(one) == "ok");
    CHECK(gateways.right.outcome(other) == "ok");
    expect_one_child(gateways);
}

TEST_CASE("two rekeyings of one IKE SA that cross with wrong guesses leave one", "[engine][rfc7296-2.8.2]") {
    const auto seed = GENERATE(Catch::Generators::range(std::uint64_t{0}, std::uint64_t{40}));
    Gateways gateways = two_minds();
    gateways.connect();
    const auto child = first_child(gateways.left).spi_in;
    for (std::uint64_t i = 0; i < seed; ++i) gateways.right.random.number();
    gateways.wire.seed(seed);
    if (seed >= 10) gateways.wire.faults = {seed >= 25 ? 0.2 : 0, 0.1, milliseconds(1), milliseconds(50)};
    gateways.wire.rekey(gateways.left, live(gateways.left).sa().id);
    gateways.wire.rekey(gateways.right, live(gateways.right).sa().id);
    gateways.wire.run_for(seconds(200));
    gateways.wire.faults = {};
    gateways.wire.run_for(seconds(400));
    expect_one(gateways, child);
}

TEST_CASE("a child that the peer does not have any more is made anew", "[engine][rfc7296-2.25]") {
    Lonely lonely;
    lonely.be_called_and_answer();
    const auto lost = first_child(lonely.host).id;
    const auto operation = lonely.wire.rekey(lonely.host, ike_sa(lonely.host), lost);
    lonely.wire.settle();
    const auto sent = lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 2, true,
                                                      {notify(wire::NotifyType::child_sa_not_found)}));
    CHECK(lonely.host.outcome(operation) == base::name(Reason::ChildSaNotFound));
    CHECK(lonely.host.kernel.children().empty());
    const auto request = lonely.peer.open(sent.at(0));
    REQUIRE(request->sa);
    CHECK(request->find(wire::NotifyType::rekey_sa) == nullptr);
}

TEST_CASE("a replaced child that goes before its Delete comes does no harm", "[engine][rfc7296-2.8]") {
    Gateways gateways;
    gateways.connect();
    const bool at_responder = GENERATE(true, false);
    Host& other = at_responder ? gateways.right : gateways.left;
    const auto old = first_child(other).id;
    lose_deletes(gateways, gateways.left);
    gateways.wire.rekey(gateways.left, ike_sa(gateways.left), first_child(gateways.left).id);
    gateways.wire.settle();
    // What its hard limit would do.
    ike::Clear expired{};
    expired.ike_sa = ike_sa(other);
    expired.child = old;
    expired.this_very_child = true;
    gateways.wire.feed(other, expired);
    gateways.wire.settle();
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(30));
    expect_one_child(gateways);
}

TEST_CASE("a peer that never deletes the child it has replaced costs no packet", "[engine][rfc7296-2.8]") {
    Lonely lonely;
    lonely.establish();
    lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 2, false, lonely.peer.child_rekeying(2)));
    lonely.wire.run_for(seconds(600));
    // We cannot know which of both it sends on, and receive on both.
    CHECK(lonely.host.kernel.children().size() == 2);
    CHECK(lonely.host.kernel.complaints().empty());
    const auto operation = lonely.wire.clear(lonely.host, ike_sa(lonely.host), first_child(lonely.host).number);
    lonely.wire.settle();
    CHECK(lonely.host.outcome(operation) == "running");
    lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 0, true, {}));
    CHECK(lonely.host.outcome(operation) == "ok");
}

}  // namespace xfrmd::tests
