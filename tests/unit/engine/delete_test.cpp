// Clearing IKE SAs and children, by either side, by both at once, and by force (RFC 7296 1.4.1, 2.25).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

ike::IkeSaId sa_of(const Host& host) { return host.sas().at(0)->sa().id; }
ike::ChildSaId child_of(const Host& host) { return host.kernel.list().at(0)->child; }

void check_all_gone(const Gateways& gateways) {
    for (const Host* host : {&gateways.left, &gateways.right}) {
        CHECK(host->sas().empty());
        CHECK(host->kernel.children().empty());
        CHECK(host->kernel.complaints().empty());
        CHECK(host->engine.next_timeout() == base::kNever);
    }
}

}  // namespace

TEST_CASE("clearing an IKE SA takes it from both sides", "[engine][rfc7296-1.4.1]") {
    const bool by_left = GENERATE(true, false);
    const bool force = GENERATE(true, false);
    Gateways gateways;
    gateways.connect();
    Host& host = by_left ? gateways.left : gateways.right;
    Host& other = by_left ? gateways.right : gateways.left;
    const auto operation = gateways.wire.clear(host, sa_of(host), {}, force);
    CHECK((host.outcome(operation) != "running") == force);
    CHECK(host.kernel.children().empty());
    gateways.wire.settle();
    CHECK(host.outcome(operation) == "ok");
    CHECK(other.count(Reason::PeerDeleted) == 1);
    CHECK(host.reported("cleared by the operator"));
    check_all_gone(gateways);
}

TEST_CASE("clearing a child takes it from both sides and leaves the IKE SA", "[engine][rfc7296-1.4.1]") {
    const bool by_left = GENERATE(true, false);
    const bool force = GENERATE(true, false);
    Gateways gateways;
    gateways.connect();
    Host& host = by_left ? gateways.left : gateways.right;
    const auto operation = gateways.wire.clear(host, sa_of(host), child_of(host), force);
    CHECK((host.outcome(operation) != "running") == force);
    CHECK(host.kernel.children().empty() == force);
    gateways.wire.settle();
    CHECK(host.outcome(operation) == "ok");
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("the answer to a Delete names our SPI of the pair", "[engine][rfc7296-1.4.1]") {
    Lonely lonely;
    lonely.establish();
    const auto ours = static_cast<std::uint32_t>(lonely.host.kernel.list().at(0)->spi_in);
    const auto answers = lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 2, false,
                                                         {wire::Delete{policy::ProtocolId::esp, {0xc0ffee01}}}));
    const auto answer = lonely.peer.open(answers.at(0));
    REQUIRE(answer->deletes.size() == 1);
    CHECK(answer->deletes[0].spis == std::vector<std::uint32_t>{ours});
}

TEST_CASE("both sides clear the IKE SA at once", "[engine][rfc7296-2.25.2]") {
    const bool lose_one = GENERATE(false, true);
    Gateways gateways;
    gateways.connect();
    if (lose_one) {
        gateways.wire.on_the_way = [&, count = 0](Parcel&) mutable { return ++count != 3; };
    }
    const auto one = gateways.wire.clear(gateways.left, sa_of(gateways.left));
    const auto two = gateways.wire.clear(gateways.right, sa_of(gateways.right));
    gateways.wire.run_for(seconds(30));
    CHECK(gateways.left.outcome(one) == "ok");
    CHECK(gateways.right.outcome(two) == "ok");
    check_all_gone(gateways);
}

TEST_CASE("both sides clear the child at once", "[engine][rfc7296-2.25.1]") {
    Gateways gateways;
    gateways.connect();
    const auto one = gateways.wire.clear(gateways.left, sa_of(gateways.left), child_of(gateways.left));
    const auto two = gateways.wire.clear(gateways.right, sa_of(gateways.right), child_of(gateways.right));
    gateways.wire.settle();
    CHECK(gateways.left.outcome(one) == "ok");
    CHECK(gateways.right.outcome(two) == "ok");
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("clearing twice ends both operations well", "[engine][rfc7296-1.4.1]") {
    const bool whole = GENERATE(true, false);
    Gateways gateways;
    gateways.connect();
    const auto sa = sa_of(gateways.left);
    const auto child = whole ? ike::ChildSaId::none : child_of(gateways.left);
    const auto one = gateways.wire.clear(gateways.left, sa, child);
    const auto two = gateways.wire.clear(gateways.left, sa, child);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(one) == "ok");
    CHECK(gateways.left.outcome(two) == "ok");
    const auto three = gateways.wire.clear(gateways.left, sa, child);
    CHECK(gateways.left.outcome(three) == base::name(Reason::NotFound));
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("clearing the IKE SA ends everything that waits in it", "[engine][rfc7296-1.4.1]") {
    Gateways gateways(two_children());
    gateways.connect();
    gateways.wire.on_the_way = [](Parcel&) { return false; };
    const auto second = gateways.connect("second");
    const auto third = gateways.connect("second");
    const auto child = gateways.wire.clear(gateways.left, sa_of(gateways.left), child_of(gateways.left));
    const auto whole = gateways.wire.clear(gateways.left, sa_of(gateways.left));
    SECTION("by force") {
        gateways.wire.clear(gateways.left, sa_of(gateways.left), {}, true);
        CHECK(gateways.left.outcome(second) == base::name(Reason::OperatorRequest));
    }
    SECTION("when the peer stays silent") {
        gateways.wire.run_for(seconds(200));
        CHECK(gateways.left.outcome(second) == base::name(Reason::PeerSilent));
    }
    CHECK(gateways.left.failed(third));
    CHECK(gateways.left.outcome(child) == "ok");
    CHECK(gateways.left.outcome(whole) == "ok");
    CHECK(gateways.left.sas().empty());
}

TEST_CASE("clearing an attempt ends it", "[engine][rfc7296-1.2]") {
    Gateways gateways;
    const int arrived = GENERATE(0, 1, 2, 3);
    gateways.wire.on_the_way = [&, count = 0](Parcel&) mutable { return ++count <= arrived; };
    const auto operation = gateways.connect();
    const auto cleared = gateways.wire.clear(gateways.left, sa_of(gateways.left));
    gateways.wire.settle();
    CHECK(gateways.left.outcome(operation) == base::name(Reason::OperatorRequest));
    CHECK(gateways.left.outcome(cleared) == "ok");
    gateways.wire.run_for(seconds(300));
    CHECK(gateways.left.sas().empty());
}

// Of datagrams on their way, the last may come first, or not at all.
TEST_CASE("a peer hears that an attempt was cleared, whatever was lost of it", "[engine][rfc7296-1.4.1]") {
    Gateways gateways;
    const int lost = GENERATE(4, 5, 6);
    gateways.wire.on_the_way = [&, count = 0](Parcel&) mutable {
        ++count;
        return count != 4 && (count < 5 || count > lost);  // the answer to IKE_AUTH, and then our Delete
    };
    const auto operation = gateways.connect();
    const auto cleared = gateways.wire.clear(gateways.left, sa_of(gateways.left));
    CHECK(gateways.left.outcome(operation) == base::name(Reason::OperatorRequest));
    CHECK(gateways.left.outcome(cleared) == "ok");
    REQUIRE_FALSE(gateways.right.sas().empty());
    gateways.wire.run_for(seconds(60));
    check_all_gone(gateways);
}

TEST_CASE("an attempt that is being withdrawn goes at once when it is cleared again", "[engine][rfc7296-1.4.1]") {
    Gateways gateways;
    gateways.wire.on_the_way = [&, count = 0](Parcel&) mutable { return ++count < 4; };
    gateways.connect();
    gateways.wire.clear(gateways.left, sa_of(gateways.left));
    REQUIRE(gateways.left.sas().size() == 1);
    CHECK(gateways.left.outcome(gateways.wire.clear(gateways.left, sa_of(gateways.left))) == "ok");
    CHECK(gateways.left.sas().empty());
}

TEST_CASE("an attempt cleared while its IKE_AUTH is out deletes what the peer may have", "[engine][rfc7296-1.4.1]") {
    Lonely lonely;
    lonely.be_called();
    lonely.wire.clear(lonely.host, lonely.sa()->sa().id);
    const auto told = lonely.peer.open(lonely.host.sent.back().bytes);
    REQUIRE(told);
    CHECK(told->notifies.empty());
    REQUIRE(told->deletes.size() == 1);
    CHECK(told->deletes[0].protocol == policy::ProtocolId::ike);
}

TEST_CASE("what does not exist cannot be cleared", "[engine]") {
    Gateways gateways;
    gateways.connect();
    const auto sa = gateways.wire.clear(gateways.left, ike::IkeSaId{99});
    const auto child = gateways.wire.clear(gateways.left, sa_of(gateways.left), ike::ChildSaId{99});
    CHECK(gateways.left.outcome(sa) == base::name(Reason::NotFound));
    CHECK(gateways.left.outcome(child) == base::name(Reason::NotFound));
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("tasks that wait in an IKE SA are bounded, and a Delete still gets through", "[engine][rfc7296-2.3]") {
    ike::Options few;
    few.most_tasks = 2;
    Gateways gateways(two_children(), few);
    gateways.connect();
    bool deaf = true;
    gateways.wire.on_the_way = [&](Parcel&) { return !deaf; };
    std::vector<std::uint64_t> operations;
    for (int i = 0; i < 5; ++i) operations.push_back(gateways.connect("second"));
    CHECK(gateways.left.outcome(operations[2]) == "running");
    CHECK(gateways.left.outcome(operations[3]) == base::name(Reason::TableFull));
    const auto child = gateways.wire.clear(gateways.left, sa_of(gateways.left), child_of(gateways.left));
    CHECK(gateways.left.outcome(child) == base::name(Reason::TableFull));
    const auto whole = gateways.wire.clear(gateways.left, sa_of(gateways.left));
    CHECK(gateways.left.outcome(whole) == "running");
    deaf = false;
    gateways.wire.run_for(seconds(10));
    CHECK(gateways.left.outcome(whole) == "ok");
    CHECK(gateways.left.outcome(operations[0]) == "ok");
    CHECK(gateways.left.failed(operations[1]));
    check_all_gone(gateways);
}

TEST_CASE("an IKE SA on its way out takes no new children", "[engine][rfc7296-2.25.2]") {
    Lonely lonely;
    lonely.establish();
    lonely.wire.clear(lonely.host, lonely.sa()->sa().id);
    const bool rekey_ike = GENERATE(true, false);
    Payloads request = lonely.peer.init_payloads();
    if (!rekey_ike) {
        request = {ScriptedPeer::esp_offer(0xc0ffee03), wire::Nonce{lonely.peer.nonce}, lonely.peer.own_selectors(),
                   lonely.peer.engine_selectors()};
    }
    const auto answers = lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 2, false, request));
    REQUIRE(answers.size() == 1);
    CHECK(lonely.peer.open(answers[0])->find(wire::NotifyType::temporary_failure) != nullptr);
}

}  // namespace xfrmd::tests
