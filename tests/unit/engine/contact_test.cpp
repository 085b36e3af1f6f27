// INITIAL_CONTACT and new configurations: which IKE SAs go, and which live on (RFC 7296 2.4).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

bool announces(const Lonely& lonely) { return lonely.auth_request.find(wire::NotifyType::initial_contact) != nullptr; }

}  // namespace

TEST_CASE("INITIAL_CONTACT removes what an earlier life left behind", "[engine][rfc7296-2.4]") {
    VirtualWire wire;
    Host& hub = wire.add("192.0.2.1", snapshot({connection({.remote = "", .remote_id = ""})}, {{kSecret, {}}}));
    const auto branch = [&](const std::string& at, const std::string& id) -> Host& {
        Host& host = wire.add(at, snapshot(mirrored({.remote = at, .remote_id = id})));
        wire.initiate(host, "192.0.2.1");
        wire.settle();
        return host;
    };
    branch("192.0.2.11", "one.example");
    branch("192.0.2.12", "two.example");
    REQUIRE(hub.established() == 2);
    const auto old = hub.sas().at(0)->sa().id;
    const auto sent = hub.sent.size();
    branch("192.0.2.13", "one.example");
    CHECK(hub.established() == 2);
    CHECK(hub.kernel.children().size() == 2);
    CHECK(hub.sas().at(0)->sa().id != old);
    CHECK(hub.sent.size() == sent + 2);
    CHECK(hub.sas().at(0)->established()->remote_id == identity("two.example"));
    CHECK(hub.kernel.complaints().empty());
}

TEST_CASE("INITIAL_CONTACT is sent by who has no other IKE SA with these identities", "[engine][rfc7296-2.4]") {
    SECTION("the first time") {
        Lonely lonely;
        lonely.be_called();
        CHECK(announces(lonely));
    }
    SECTION("not where another engine has one") {
        ike::Options options;
        options.shards = 2;
        Lonely lonely(ConnectionWords{}, options);
        ike::PeerNews news{ike::PeerTurn::stands, ike::IkeSaId{7},          identity("a.example"),
                           identity("b.example"), lonely.peer.self.address, lonely.wire.now()};
        lonely.wire.feed(lonely.host, news);
        const bool has_gone = GENERATE(false, true);
        news.turn = ike::PeerTurn::gone;
        if (has_gone) lonely.wire.feed(lonely.host, news);
        lonely.be_called();
        CHECK(announces(lonely) == has_gone);
    }
    SECTION("not to somebody who may be anybody") {
        Lonely lonely(ConnectionWords{.remote_id = ""});
        lonely.be_called();
        CHECK_FALSE(announces(lonely));
    }
}

TEST_CASE("INITIAL_CONTACT says nothing of what came up after it was on its way", "[engine][rfc7296-2.4]") {
    // Both sides begin; right's IKE_AUTH is slow, and left's own IKE SA is up before it arrives.
    Gateways gateways;
    const auto from_right = gateways.wire.initiate(gateways.right, "192.0.2.1");
    std::vector<Parcel> slow;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        if (parcel.from.address == gateways.left.address || gateways.right.sent.size() != 2) return true;
        slow.push_back(parcel);
        return false;
    };
    gateways.wire.settle();
    REQUIRE(slow.size() == 1);
    gateways.wire.on_the_way = nullptr;
    const auto from_left = gateways.connect();
    CHECK(gateways.left.outcome(from_left) == "ok");
    gateways.wire.inject(slow[0].from, slow[0].to, slow[0].bytes);
    gateways.wire.settle();
    CHECK(gateways.right.outcome(from_right) == "ok");
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("both sides begin at once and agree", "[engine][rfc7296-2.4][hostile-f8]") {
    Gateways gateways;
    const auto one = gateways.wire.initiate(gateways.left, "192.0.2.2");
    const auto two = gateways.wire.initiate(gateways.right, "192.0.2.1");
    gateways.wire.settle();
    CHECK(gateways.left.outcome(one) == "ok");
    CHECK(gateways.right.outcome(two) == "ok");
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a new configuration leaves unchanged connections alone", "[engine]") {
    Gateways gateways;
    gateways.connect();
    gateways.wire.feed(gateways.left,
                       ike::Reconfigure{snapshot({connection({}), connection({.name = "other"})}, {{kSecret, {}}})});
    gateways.wire.settle();
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.left.sas().at(0)->sa().configuration->connections().size() == 2);
    CHECK(gateways.left.sent.size() == 2);
    CHECK(gateways.disagreement() == "");
    const auto again = gateways.connect();
    CHECK(gateways.left.outcome(again) == "ok");
}

TEST_CASE("what stands goes on when its connection has changed or gone", "[engine]") {
    const bool gone = GENERATE(true, false);
    Gateways gateways;
    gateways.connect();
    ConnectionWords changed;
    if (gone) changed.name = "other";
    if (!gone) changed.ike = "aes256-sha512-x25519";
    gateways.wire.feed(gateways.left, ike::Reconfigure{snapshot(changed)});
    gateways.wire.feed(gateways.left, ike::Reconfigure{snapshot(changed)});
    gateways.wire.settle();
    REQUIRE(gateways.left.established() == 1);
    const ike::IkeSaId ike_sa = gateways.left.sas().at(0)->sa().id;
    gateways.wire.rekey(gateways.left, ike_sa, gateways.left.kernel.list().at(0)->child);
    gateways.wire.run_for(seconds(30));
    gateways.wire.rekey(gateways.left, ike_sa, {});
    gateways.wire.run_for(seconds(30));
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.left.kernel.children().size() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("no new child goes into an IKE SA whose connection has changed", "[engine]") {
    Gateways gateways;
    gateways.connect();
    gateways.wire.feed(gateways.left, ike::Reconfigure{snapshot(ConnectionWords{.dpd_delay = seconds(100)})});
    const auto operation = gateways.connect();
    gateways.wire.settle();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.left.established() == 2);
}

TEST_CASE("a child that has gone from its connection is rekeyed as long as it stands, by either end", "[engine]") {
    const bool by_peer = GENERATE(true, false);
    Gateways gateways;
    gateways.connect();
    ConnectionWords changed;
    changed.children[0].name = "another";
    gateways.wire.feed(gateways.left, ike::Reconfigure{snapshot(changed)});
    gateways.wire.feed(gateways.left, ike::Reconfigure{snapshot(changed)});
    Host& rekeys = by_peer ? gateways.right : gateways.left;
    gateways.wire.rekey(rekeys, rekeys.sas().at(0)->sa().id, rekeys.kernel.list().at(0)->child);
    gateways.wire.run_for(seconds(30));
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.left.kernel.children().size() == 1);
    CHECK(gateways.left.sas().at(0)->sa().connection->child("another") != nullptr);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a new configuration ends an attempt that it no longer has", "[engine]") {
    Gateways gateways;
    gateways.wire.on_the_way = [count = 0](Parcel&) mutable { return ++count <= 2; };
    const auto operation = gateways.connect();
    gateways.wire.feed(gateways.left, ike::Reconfigure{snapshot(ConnectionWords{.name = "other"})});
    CHECK(gateways.left.outcome(operation) == base::name(Reason::ConfigurationRemoved));
    gateways.wire.run_for(seconds(200));  // the peer never hears of it
    CHECK(gateways.left.sas().empty());
}

// Its sender has forgotten it, and does not know the child that it asks for.
TEST_CASE("an IKE_AUTH that comes when another IKE SA stands takes no packets from that",
          "[engine][rfc7296-2.4][rfc7296-2.8.3]") {
    Gateways gateways;
    std::optional<Parcel> late;
    gateways.wire.on_the_way = [&, count = 0](Parcel& parcel) mutable {
        if (++count != 3) return true;
        late = parcel;
        return false;
    };
    gateways.connect();
    gateways.wire.clear(gateways.left, gateways.left.sas().at(0)->sa().id, {}, true);
    gateways.wire.settle();
    gateways.connect();
    gateways.wire.inject(late->from, late->to, late->bytes);
    gateways.wire.settle();
    REQUIRE(gateways.right.kernel.children().size() == 2);
    const ike::ChildSaId first = gateways.right.kernel.outbound("net")->child;
    gateways.wire.rekey(gateways.left, gateways.left.sas().at(0)->sa().id, gateways.left.kernel.list().at(0)->child);
    gateways.wire.run_for(seconds(30));
    const auto* out = gateways.right.kernel.outbound("net");
    REQUIRE(out != nullptr);
    CHECK(out->child != first);
    CHECK(gateways.left.kernel.list().at(0)->spi_in == out->spi_out);
}

TEST_CASE("a half-open IKE SA is judged by the new configuration", "[engine]") {
    Lonely lonely;
    lonely.begin();
    SECTION("the connection is gone") {
        lonely.wire.feed(lonely.host,
                         ike::Reconfigure{snapshot({connection({.remote_id = "z.example"})}, {{kSecret, {}}})});
        lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, lonely.peer.auth_request()));
        CHECK(lonely.host.count(Reason::NoPeerConfiguration) == 1);
        CHECK(lonely.sa() == nullptr);
    }
    SECTION("the key has changed") {
        lonely.wire.feed(lonely.host, ike::Reconfigure{snapshot({connection({})}, {{"new", {}}})});
        lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, lonely.peer.auth_request()));
        CHECK(lonely.host.count(Reason::AuthenticationFailed) == 1);
        CHECK(lonely.sa() == nullptr);
    }
    SECTION("all is as before") {
        lonely.wire.feed(lonely.host, ike::Reconfigure{snapshot(ConnectionWords{})});
        lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, lonely.peer.auth_request()));
        CHECK(lonely.host.established() == 1);
        CHECK(lonely.sa()->sa().connection == &lonely.host.engine.configuration().connections().front());
    }
}

TEST_CASE("wishes that cannot be fulfilled are refused by name", "[engine]") {
    Gateways gateways;
    const auto connection_name = gateways.wire.initiate(gateways.left, "192.0.2.2", "nobody");
    const auto child_name = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "nothing");
    CHECK(gateways.left.outcome(connection_name) == base::name(Reason::NotFound));
    CHECK(gateways.left.outcome(child_name) == base::name(Reason::NotFound));
    CHECK(gateways.left.sas().empty());
    CHECK(gateways.left.sent.empty());
}

TEST_CASE("two ends that begin at once keep one IKE SA", "[engine][rfc7296-2.8.2]") {
    const auto seed = GENERATE(Catch::Generators::range(std::uint64_t{1}, std::uint64_t{9}));
    const std::string wish_of_right = GENERATE("net", "second");
    Gateways gateways(two_children());
    for (std::uint64_t i = 0; i < seed; ++i) gateways.left.random.number();
    gateways.wire.seed(seed);
    gateways.wire.faults.most_delay = milliseconds(20);
    const auto left = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "net");
    const auto right = gateways.wire.initiate(gateways.right, "192.0.2.1", "gw", wish_of_right);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(left) == "ok");
    CHECK(gateways.right.outcome(right) == "ok");
    for (const Host* host : {&gateways.left, &gateways.right}) {
        CHECK(host->engine.size() == 1);
        CHECK(host->kernel.children().size() == (wish_of_right == "net" ? 1 : 2));
    }
    CHECK(gateways.left.count(Reason::Redundant) + gateways.right.count(Reason::Redundant) == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("an attempt that has not come far yields to the peer's, and its child comes up there",
          "[engine][rfc7296-2.4][rfc7296-2.8.2]") {
    Gateways gateways(two_children());
    gateways.wire.on_the_way = [&](Parcel& parcel) { return parcel.from.address != gateways.right.address; };
    const std::string child = GENERATE("net", "second");
    const auto right = gateways.wire.initiate(gateways.right, "192.0.2.1", "gw", child);
    gateways.wire.settle();
    gateways.wire.on_the_way = nullptr;
    const auto left = gateways.connect();
    CHECK(gateways.left.outcome(left) == "ok");
    CHECK(gateways.right.outcome(right) == "ok");
    CHECK(gateways.right.reported("another IKE SA with this peer stays"));
    for (const ike::Report& report : gateways.right.reports) CHECK(report.milestone.turn != ike::Turn::ike_failed);
    CHECK(gateways.right.engine.size() == 1);
    CHECK(gateways.right.kernel.children().size() == (child == "net" ? 1 : 2));
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.engine.size() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("an IKE SA that the peer begins while one stands is no crossing", "[engine][rfc7296-2.4]") {
    Lonely lonely;
    lonely.be_called_and_answer();
    REQUIRE(lonely.host.established() == 1);
    lonely.wire.run_for(ike::Options{}.predecessor_life + seconds(1));
    ScriptedPeer other(5);
    other.take_init_response(lonely.tell(other.init_request()).at(0));
    const auto sent = lonely.host.sent.size();
    lonely.tell(other.protect(wire::ExchangeType::ike_auth, 1, false, other.auth_request()));
    CHECK(lonely.host.established() == 2);
    CHECK(lonely.host.sent.size() == sent + 1);
}

}  // namespace xfrmd::tests
