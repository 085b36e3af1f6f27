// A child that the peer puts off (TEMPORARY_FAILURE, RFC 7296 2.25) is asked for again, after a pause and a few times.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/reauthenticated.h"

namespace xfrmd::tests {

namespace {

// Right's kernel refuses so many children, which the peer is told of as a temporary failure.
struct PutOff : Gateways {
    explicit PutOff(int times, const ConnectionWords& words = two_children())
        : Gateways(words, mirrored(without_reauth(words))) {
        right.kernel.verdict = [times, this](const ike::ChildInstall& child) mutable -> base::Result<void> {
            if (child.child_name != refused || times == 0) return {};
            --times;
            return base::fail(Reason::KernelRefused, "out of sorts");
        };
    }
    // That right has been asked for it.
    std::uint64_t times_asked() const {
        return right.count(Reason::KernelRefused) + (right.kernel.outbound(refused) != nullptr ? 1U : 0U);
    }

    std::string refused = "second";
};

}  // namespace

TEST_CASE("a child that the peer puts off is asked for again", "[engine][rfc7296-2.25]") {
    PutOff gateways(2);
    const bool is_first = GENERATE(false, true);
    gateways.refused = is_first ? "net" : "second";
    if (!is_first) gateways.connect("net");
    const auto operation = gateways.connect(gateways.refused);
    gateways.wire.run_for(seconds(4));
    CHECK(gateways.times_asked() == 1);
    CHECK(gateways.left.outcome(operation) == "running");
    gateways.wire.run_for(seconds(2));
    CHECK(gateways.times_asked() == 2);
    gateways.wire.run_for(seconds(8));
    CHECK(gateways.times_asked() == 2);
    gateways.wire.run_for(seconds(2));
    CHECK(gateways.times_asked() == 3);
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.left.kernel.outbound(gateways.refused) != nullptr);
    CHECK_FALSE(gateways.left.reported("failed"));
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a child that the peer puts off for ever is given up within a minute", "[engine][rfc7296-2.25]") {
    PutOff gateways(1000);
    gateways.connect("net");
    const auto operation = gateways.connect("second");
    gateways.wire.run_for(seconds(50));
    CHECK(gateways.left.outcome(operation) == base::name(Reason::TemporaryFailure));
    CHECK(gateways.times_asked() == 4);
    gateways.wire.run_for(seconds(600));
    CHECK(gateways.times_asked() == 4);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a child that is put off keeps what triggered it", "[engine][rfc7296-2.9]") {
    PutOff gateways(1);
    gateways.connect("net");
    const auto selector = [](const std::string& text) { return policy::parse_selector(text).value().selector; };
    const policy::TriggeringPacket packet{selector("10.3.0.1[udp/1]"), selector("10.4.0.1[udp/1]")};
    ike::Initiate wish{{}, "gw", "second", gateways.left.address, gateways.right.address, {}, packet};
    gateways.wire.initiate(gateways.left, wish);
    gateways.wire.settle();
    const std::size_t first = gateways.left.sent.back().bytes.size();
    gateways.wire.run_for(seconds(6));
    CHECK(gateways.left.sent.back().bytes.size() == first);
}

TEST_CASE("what is put off follows its IKE SA", "[engine][rfc7296-2.25][rfc7296-2.18]") {
    const bool is_rekeyed = GENERATE(true, false);
    PutOff gateways(1, two_children(seconds(is_rekeyed ? 0 : 100)));
    gateways.connect("net");
    const auto spi = live(gateways.left).sa().spi_i;
    gateways.wire.run_for(milliseconds(is_rekeyed ? 0 : 98500));
    const auto operation = gateways.connect("second");
    if (is_rekeyed) gateways.wire.rekey(gateways.left, live(gateways.left).sa().id);
    gateways.wire.run_for(seconds(3));
    CHECK(live(gateways.left).sa().spi_i != spi);
    CHECK(gateways.left.outcome(operation) == "running");
    gateways.wire.run_for(seconds(20));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.left.engine.size() == 1);
    CHECK(gateways.left.kernel.children().size() == 2);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("what is put off ends with its IKE SA", "[engine][rfc7296-2.25]") {
    PutOff gateways(1000);
    gateways.connect("net");
    const auto operation = gateways.connect("second");
    const bool by_peer = GENERATE(false, true);
    Host& who = by_peer ? gateways.right : gateways.left;
    gateways.wire.clear(who, live(who).sa().id);
    gateways.wire.settle();
    const Reason why = by_peer ? Reason::PeerDeleted : Reason::OperatorRequest;
    CHECK(gateways.left.outcome(operation) == base::name(why));
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.engine.size() == 0);
    CHECK(gateways.times_asked() == 1);
}

TEST_CASE("a child that the peer makes after it has put ours off is the one", "[engine][rfc7296-2.25]") {
    PutOff gateways(1);
    gateways.connect("net");
    const auto operation = gateways.connect("second");
    const auto theirs = gateways.wire.initiate(gateways.right, "192.0.2.1", "gw", "second");
    gateways.wire.run_for(seconds(10));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.right.outcome(theirs) == "ok");
    CHECK(gateways.left.kernel.children().size() == 2);
    CHECK(gateways.disagreement() == "");
}

}  // namespace xfrmd::tests
