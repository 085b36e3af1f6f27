// What packets of children mean: the peer lives (RFC 7296 2.4), or a child has been idle for its `inactivity`.
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

ConnectionWords idle_after(seconds inactivity) {
    ConnectionWords words;
    words.children[0].inactivity = inactivity;
    return words;
}

// Packets every second for so long, in and out of the host's first child.
void carry(Gateways& gateways, Host& host, seconds duration, std::uint64_t in, std::uint64_t out) {
    for (seconds passed{0}; passed < duration; ++passed) {
        host.kernel.carry(host.kernel.list().at(0)->child, in, out);
        gateways.wire.run_for(seconds(1));
    }
}

}  // namespace

TEST_CASE("a peer whose packets come in is not asked whether it lives", "[engine][rfc7296-2.4]") {
    Gateways gateways({.dpd_delay = seconds(10)}, mirrored({}));
    gateways.connect();
    const std::size_t sent = gateways.left.sent.size();
    carry(gateways, gateways.left, seconds(60), 1, 1);
    CHECK(gateways.left.sent.size() == sent);
    CHECK(gateways.left.questions == 6);
    gateways.wire.run_for(seconds(11));
    CHECK(gateways.left.sent.size() == sent + 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("packets that only leave are no sign of life", "[engine][rfc7296-2.4]") {
    Gateways gateways({.dpd_delay = seconds(10)}, mirrored({}));
    gateways.connect();
    const std::size_t sent = gateways.left.sent.size();
    carry(gateways, gateways.left, seconds(11), 0, 5);
    CHECK(gateways.left.sent.size() == sent + 1);
}

TEST_CASE("the kernel is asked only when a liveness check is due and there are children", "[engine][rfc7296-2.4]") {
    Gateways gateways({.dpd_delay = seconds(10)}, mirrored({}));
    gateways.connect();
    gateways.wire.run_for(seconds(9));
    CHECK(gateways.left.questions == 0);
    gateways.wire.run_for(seconds(2));
    CHECK(gateways.left.questions == 1);
    CHECK(gateways.right.questions == 0);
    gateways.wire.clear(gateways.left, gateways.left.sas().at(0)->sa().id,
                        gateways.left.sas().at(0)->established()->children.at(0).number);
    gateways.wire.run_for(seconds(21));
    CHECK(gateways.left.questions == 1);
    CHECK(gateways.left.established() == 1);
}

TEST_CASE("a peer is asked for life when the kernel does not answer", "[engine][rfc7296-2.4]") {
    Gateways gateways({.dpd_delay = seconds(10)}, mirrored({}));
    gateways.connect();
    gateways.left.kernel_answers = false;
    const std::size_t sent = gateways.left.sent.size();
    gateways.wire.run_for(seconds(19));
    CHECK(gateways.left.questions == 1);
    CHECK(gateways.left.sent.size() == sent);
    gateways.wire.run_for(seconds(2));
    CHECK(gateways.left.sent.size() == sent + 1);
    CHECK(gateways.left.questions == 1);
}

TEST_CASE("a kernel that does not answer keeps nobody busy while the peer is heard", "[engine][rfc7296-2.4]") {
    Gateways gateways({.dpd_delay = seconds(10)}, mirrored({}));
    gateways.connect();
    gateways.left.kernel_answers = false;
    gateways.wire.run_for(seconds(15));
    REQUIRE(gateways.left.questions == 1);
    gateways.wire.clear(gateways.right, gateways.right.sas().at(0)->sa().id, gateways.right.kernel.list().at(0)->child);
    gateways.wire.run_for(seconds(6));
    CHECK(gateways.left.engine.next_timeout() >= gateways.wire.now() + seconds(3));
}

TEST_CASE("a silent peer is found out although its last packets were late", "[engine][rfc7296-2.4]") {
    Gateways gateways({.dpd_delay = seconds(10)}, mirrored({}));
    gateways.connect();
    gateways.wire.on_the_way = [](Parcel&) { return false; };
    carry(gateways, gateways.left, seconds(5), 1, 1);
    gateways.wire.run_for(seconds(16 + 166));
    CHECK(gateways.left.sas().empty());
    CHECK(gateways.left.count(Reason::PeerSilent) == 1);
}

TEST_CASE("a child without packets for its inactivity is deleted, its IKE SA is not", "[engine]") {
    const ConnectionWords words = idle_after(seconds(40));
    Gateways gateways(snapshot(words), snapshot(mirrored({})));
    gateways.connect();
    carry(gateways, gateways.left, seconds(60), 1, 0);
    carry(gateways, gateways.left, seconds(60), 0, 1);
    CHECK(gateways.left.kernel.children().size() == 1);
    gateways.wire.run_for(seconds(39));
    CHECK(gateways.left.kernel.children().size() == 1);
    gateways.wire.run_for(seconds(12));
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.left.reported("has carried nothing for 40 s"));
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a rekeyed child has been idle as long as the one that it replaces", "[engine]") {
    Gateways gateways(snapshot(idle_after(seconds(40))), snapshot(mirrored({})));
    gateways.connect();
    gateways.wire.run_for(seconds(30));
    const auto* sa = gateways.left.sas().at(0);
    gateways.wire.rekey(gateways.left, sa->sa().id, sa->established()->children.at(0).number);
    gateways.wire.run_for(seconds(9));
    CHECK(gateways.left.kernel.children().size() == 1);
    gateways.wire.run_for(seconds(12));
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("children without inactivity are not looked at", "[engine]") {
    Gateways gateways;
    gateways.connect();
    gateways.wire.run_for(seconds(100000));
    CHECK(gateways.left.questions == 0);
    CHECK(gateways.left.kernel.children().size() == 1);
}

}  // namespace xfrmd::tests
