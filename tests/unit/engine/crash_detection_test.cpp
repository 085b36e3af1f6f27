// Quick crash detection between two engines (RFC 6290): one of them is restarted and has lost everything but its
// secret.
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/crash_tokens.h"
#include "tests/unit/engine/rekeyable_ike.h"

namespace xfrmd::tests {

namespace {

// left wants its child back.
struct Crashing : Gateways {
    explicit Crashing(ike::Options options = with_secret(0))
        : Gateways(left_policy(), right_policy(), options, options) {
        connect();
        REQUIRE(disagreement() == "");
    }
    static policy::Snapshot left_policy() {
        return snapshot(ConnectionWords{.children = {{.dpd_action = policy::StartAction::start}}});
    }
    static policy::Snapshot right_policy() { return snapshot(mirrored({})); }

    // Whatever left says next, and what comes of it within a second.
    void speak() {
        wire.rekey(left, live(left).sa().id);
        wire.run_for(seconds(1));
    }
    bool left_knows() const { return left.sas().empty() && left.count(Reason::PeerCrashed) == 1; }
};

}  // namespace

TEST_CASE("a peer that was restarted shows so with its token, and its children go at once", "[engine][rfc6290-4.5]") {
    Crashing gateways;
    Host& fresh = gateways.wire.restart(gateways.right);
    gateways.speak();
    CHECK(gateways.left_knows());
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.left.reported("peer has been restarted"));
    CHECK(gateways.left.sent.size() == 3);  // the peer is not told of the end of what it does not have
    REQUIRE(gateways.left.revived.size() == 1);
    CHECK(gateways.left.revived.at(0).action == policy::StartAction::start);

    gateways.wire.initiate(gateways.left, "192.0.2.2");
    gateways.wire.settle();
    CHECK(disagreement_between(gateways.left, fresh) == "");
    CHECK(gateways.left.established() == 1);
}

TEST_CASE("a peer that has another secret now, or none, is waited for", "[engine][rfc6290-4.5]") {
    Crashing gateways;
    const bool has_one = GENERATE(true, false);
    gateways.right.options.token_secret = has_one ? with_secret(1).token_secret : nullptr;
    gateways.wire.restart(gateways.right);
    gateways.speak();
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.left.count(Reason::CrashTokenWrong) == (has_one ? 1 : 0));
    CHECK(gateways.left.kernel.children().size() == 1);
    gateways.wire.run_for(seconds(300));
    CHECK(gateways.left.count(Reason::PeerSilent) == 1);
}

TEST_CASE("a rekeyed IKE SA has tokens of its own, whoever has rekeyed it", "[engine][rfc6290-4.3]") {
    Crashing gateways;
    const bool by_left = GENERATE(true, false);
    const bool left_crashes = GENERATE(true, false);
    Host& rekeying = by_left ? gateways.left : gateways.right;
    gateways.wire.rekey(rekeying, live(rekeying).sa().id);
    gateways.wire.run_for(seconds(9));
    REQUIRE(gateways.disagreement() == "");
    REQUIRE(gateways.left.sas().size() == 1);
    Host& survivor = left_crashes ? gateways.right : gateways.left;
    gateways.wire.restart(left_crashes ? gateways.left : gateways.right);
    gateways.wire.rekey(survivor, live(survivor).sa().id);
    gateways.wire.run_for(seconds(1));
    CHECK(survivor.count(Reason::PeerCrashed) == 1);
    CHECK(survivor.sas().empty());
}

TEST_CASE("what an IKE SA is deleted for counts when the peer was restarted meanwhile", "[engine][rfc6290-4.5]") {
    Crashing gateways;
    gateways.wire.restart(gateways.right);
    const auto operation = gateways.wire.clear(gateways.left, live(gateways.left).sa().id);
    gateways.wire.run_for(seconds(1));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.left.sas().empty());
    CHECK(gateways.left.revived.empty());
}

TEST_CASE("whoever sees a token in the clear cannot use it twice", "[engine][rfc6290-5.3]") {
    Crashing gateways;
    std::vector<Parcel> told;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        if (!read(parcel.bytes).encrypted && is_informational(parcel)) told.push_back(parcel);
        return true;
    };
    Host& fresh = gateways.wire.restart(gateways.right);
    gateways.wire.clear(gateways.left, live(gateways.left).sa().id);
    gateways.wire.settle();
    REQUIRE(told.size() == 1);
    gateways.wire.on_the_way = nullptr;
    gateways.connect();
    REQUIRE(disagreement_between(gateways.left, fresh) == "");
    gateways.wire.inject(told[0].from, told[0].to, told[0].bytes);
    gateways.wire.settle();
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.left.count(Reason::UnknownSpi) == 1);
}

}  // namespace xfrmd::tests
