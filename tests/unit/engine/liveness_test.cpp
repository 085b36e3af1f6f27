// Time: retransmission, cached responses, liveness checks, half-open IKE SAs (RFC 7296 2.1, 2.4).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

// strongSwan's: 4 s x 1.8^n.
const std::vector<milliseconds> kWaits = {milliseconds(4000), milliseconds(7200), milliseconds(12960),
                                          milliseconds(23328), milliseconds(41990)};

void check_schedule(const std::vector<Parcel>& sent, std::size_t first) {
    REQUIRE(sent.size() == first + 1 + kWaits.size());
    for (std::size_t i = 0; i < kWaits.size(); ++i) {
        const auto wait = sent[first + i + 1].sent - sent[first + i].sent;
        CHECK(std::chrono::round<milliseconds>(wait) == kWaits[i]);
        CHECK(sent[first + i + 1].bytes == sent[first].bytes);
    }
}

}  // namespace

TEST_CASE("an unanswered request is repeated on strongSwan's schedule, then given up",
          "[engine][rfc7296-2.1][hostile-f15]") {
    Gateways gateways;
    gateways.wire.on_the_way = [](Parcel&) { return false; };
    const auto operation = gateways.connect();
    gateways.wire.run_for(seconds(100));
    check_schedule(gateways.left.sent, 0);
    CHECK(gateways.left.outcome(operation) == "running");
    gateways.wire.run_for(seconds(100));
    CHECK(gateways.left.outcome(operation) == base::name(Reason::PeerSilent));
    CHECK(gateways.left.count(Reason::PeerSilent) == 1);
    CHECK(gateways.left.counted() == 1);
    CHECK(gateways.left.sas().empty());
    CHECK(gateways.left.engine.next_timeout() == base::kNever);
}

TEST_CASE("an unanswered IKE_AUTH is repeated and given up alike", "[engine][rfc7296-2.1]") {
    Gateways gateways;
    gateways.wire.on_the_way = [count = 0](Parcel&) mutable { return ++count <= 2; };
    const auto operation = gateways.connect();
    gateways.wire.run_for(seconds(200));
    check_schedule(gateways.left.sent, 1);
    CHECK(gateways.left.outcome(operation) == base::name(Reason::PeerSilent));
    CHECK(gateways.left.sas().empty());
    CHECK(gateways.right.sas().empty());
}

TEST_CASE("a repeated request gets the same bytes back", "[engine][rfc7296-2.1][hostile-f1]") {
    Gateways gateways;
    gateways.connect();
    const auto once_more = [&](Parcel request) {
        gateways.wire.inject(request.from, request.to, request.bytes);
        gateways.wire.settle();
        return gateways.right.sent.back().bytes;
    };
    const base::Bytes established = gateways.right.sent[1].bytes;
    CHECK(once_more(gateways.left.sent[1]) == established);
    CHECK(gateways.right.sent.size() == 3);
    gateways.wire.clear(gateways.left, gateways.left.sas().at(0)->sa().id, gateways.left.kernel.list().at(0)->child);
    gateways.wire.settle();
    const base::Bytes deleted = gateways.right.sent[3].bytes;
    CHECK(once_more(gateways.left.sent[2]) == deleted);
    CHECK(gateways.right.sent.size() == 5);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a repeated IKE_SA_INIT gets the same bytes back while half-open", "[engine][rfc7296-2.1][hostile-a15]") {
    Lonely lonely;
    const base::Bytes request = lonely.peer.init_request();
    const base::Bytes answer = lonely.tell(request).at(0);
    for (int i = 0; i < 1000; ++i) {
        const auto again = lonely.tell(request);
        REQUIRE(again.size() == 1);
        REQUIRE(again[0] == answer);
    }
    CHECK(lonely.host.sas().size() == 1);
    CHECK(lonely.host.engine.half_open() == 1);
    CHECK(answer.size() <= request.size() * 3);
    CHECK(lonely.host.counted() == 0);
}

TEST_CASE("IKE_SA_INIT is recognised by all of it, not by SPI and address", "[engine][rfc7296-2.1]") {
    Lonely lonely;
    const base::Bytes first = lonely.tell(lonely.peer.init_request()).at(0);
    ScriptedPeer other(99);
    other.spi_i = lonely.peer.spi_i;
    const base::Bytes second = lonely.tell(other.init_request()).at(0);
    CHECK(read(first).header.spi_r != read(second).header.spi_r);
    CHECK(lonely.host.engine.half_open() == 2);
    other.take_init_response(second);
    lonely.tell(other.protect(wire::ExchangeType::ike_auth, 1, false, other.auth_request()));
    CHECK(lonely.host.established() == 1);
    CHECK(lonely.host.engine.half_open() == 1);
    lonely.wire.run_for(seconds(31));
    CHECK(lonely.host.engine.half_open() == 0);
    CHECK(lonely.host.sas().size() == 1);
}

TEST_CASE("a late copy of IKE_SA_INIT is ignored once its IKE SA is authenticated", "[engine][rfc7296-2.1]") {
    Gateways gateways;
    gateways.connect();
    const Parcel& request = gateways.left.sent[0];
    gateways.wire.inject(request.from, request.to, request.bytes);
    gateways.wire.settle();
    CHECK(gateways.right.sent.size() == 2);
    CHECK(gateways.right.sas().size() == 1);
    CHECK(gateways.right.engine.half_open() == 0);
}

TEST_CASE("a half-open IKE SA lives for 30 seconds", "[engine][rfc7296-2.4][hostile-d18]") {
    Lonely lonely;
    lonely.begin();
    lonely.wire.run_for(milliseconds(29900));
    CHECK(lonely.host.engine.half_open() == 1);
    lonely.wire.run_for(milliseconds(200));
    CHECK(lonely.host.engine.half_open() == 0);
    CHECK(lonely.sa() == nullptr);
    CHECK(lonely.host.count(Reason::HalfOpenExpired) == 1);
    CHECK(lonely.host.counted() == 1);
    CHECK(lonely.host.engine.next_timeout() == base::kNever);
    // RFC 7296 2.21.4: an hour later it is nobody's message.
    lonely.wire.run_for(seconds(3600));
    lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, lonely.peer.auth_request()));
    CHECK(lonely.sa() == nullptr);
    CHECK(lonely.host.count(Reason::UnknownSpi) == 1);
}

TEST_CASE("a quiet peer is asked whether it lives", "[engine][rfc7296-2.4]") {
    Gateways gateways({.dpd_delay = seconds(10)}, mirrored({}));
    gateways.connect();
    gateways.wire.run_for(milliseconds(9900));
    CHECK(gateways.left.sent.size() == 2);
    gateways.wire.run_for(milliseconds(200));
    CHECK(gateways.left.sent.size() == 3);
    CHECK(gateways.right.sent.size() == 3);
    gateways.wire.run_for(seconds(50));
    CHECK(gateways.left.sent.size() == 8);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a peer that speaks is not asked", "[engine][rfc7296-2.4]") {
    Gateways gateways({.dpd_delay = seconds(10)}, mirrored({.dpd_delay = seconds(6)}));
    gateways.connect();
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.sent.size() == gateways.right.sent.size());
    CHECK(gateways.left.sent.size() == 2 + 9);
}

TEST_CASE("a dead peer's IKE SA and children go after the last retransmission", "[engine][rfc7296-2.4][hostile-f15]") {
    Gateways gateways({.dpd_delay = seconds(10)}, mirrored({}));
    gateways.connect();
    gateways.wire.on_the_way = [](Parcel&) { return false; };
    gateways.wire.run_for(seconds(110));
    check_schedule(gateways.left.sent, 2);
    CHECK(gateways.left.kernel.children().size() == 1);
    gateways.wire.run_for(seconds(100));
    CHECK(gateways.left.sas().empty());
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.left.count(Reason::PeerSilent) == 1);
    CHECK(gateways.right.established() == 1);
}

TEST_CASE("a long sleep costs no tunnel", "[engine][rfc7296-2.4][hostile-g7]") {
    const auto asleep = GENERATE(base::Duration(std::chrono::hours(1)), base::Duration(std::chrono::hours(24 * 30)));
    const bool both = GENERATE(true, false);
    Gateways gateways({.dpd_delay = seconds(10)}, mirrored({}));
    gateways.connect();
    const std::size_t before = gateways.left.sent.size();
    if (both) {
        gateways.wire.jump(asleep);
    } else {
        gateways.left.clock_ahead += asleep;
    }
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.disagreement() == "");
    // It asks whether the peer lives as often as ever, and not once for each time that it missed.
    CHECK(gateways.left.sent.size() - before <= 7);
    CHECK(gateways.left.counted() == 0);
}

TEST_CASE("replayed and forged messages are no sign of life", "[engine][rfc7296-2.4][hostile-b9]") {
    Gateways gateways(mirrored({.dpd_delay = seconds(10)}), ConnectionWords{});
    Host& asking = gateways.left;
    Host& dead = gateways.right;
    const auto operation = gateways.wire.initiate(dead, asking.address.to_string());
    gateways.wire.settle();
    CHECK(dead.outcome(operation) == "ok");
    const Parcel replayed = dead.sent[1];
    Parcel forged = replayed;
    forged.bytes.back() ^= 1;
    gateways.wire.on_the_way = [](Parcel&) { return false; };
    const std::size_t before = asking.sent.size();
    for (int i = 0; i < 9; ++i) {
        gateways.wire.run_for(seconds(1));
        gateways.wire.inject(replayed.from, replayed.to, replayed.bytes);
        gateways.wire.inject(forged.from, forged.to, forged.bytes);
    }
    gateways.wire.run_for(seconds(2));
    CHECK(asking.sent.size() == before + 9 + 1);  // nine cached responses, one question
    CHECK(asking.count(Reason::MessageIdUnexpected) == 9);
    CHECK(asking.counted() == 9);
}

}  // namespace xfrmd::tests
