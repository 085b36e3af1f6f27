// `unique`: what one IKE SA means for others between the same two identities, in one engine and in several
// (RFC 7296 2.4).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <utility>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

using policy::Unique;

// A hub that takes peers at any address, by one or two engines, and branches that call it.
struct Hub {
    explicit Hub(Unique unique, unsigned engines = 1, bool mobike_wanted = false)
        : Hub(snapshot(ConnectionWords{
                  .local = "", .remote = "", .remote_id = "", .mobike = mobike_wanted, .unique = unique}),
              engines, mobike_wanted) {}
    Hub(const policy::Snapshot& configuration, unsigned engines, bool mobike_wanted = false) : mobike(mobike_wanted) {
        for (unsigned i = 0; i < engines; ++i) {
            ike::Options options;
            options.shard = static_cast<std::uint8_t>(i);
            options.shards = engines;
            hosts.push_back(&wire.add("192.0.2." + std::to_string(101 + i), configuration, options));
        }
    }

    // What the engines have told each other arrives.
    void spread() {
        for (Host* from : hosts) {
            for (const ike::PeerNews& news : std::exchange(from->told, {})) {
                for (Host* to : hosts) {
                    if (to != from) wire.feed(*to, news);
                }
            }
        }
        wire.settle();
    }

    // One with this identity calls this engine. Whether it was let in.
    bool call(const std::string& from, std::size_t engine = 0, const std::string& id = "one.example",
              bool knows_another = true) {
        const std::string to = hosts[engine]->address.to_string();
        Host& branch =
            wire.add(from, snapshot(mirrored({.local = to, .remote = from, .remote_id = id, .mobike = mobike})));
        branches.push_back(&branch);
        // Such a one does not say that it has no other.
        ike::Initiate wish{{}, "gw", {}, branch.address, hosts[engine]->address};
        wish.has_inherited_sas = knows_another;
        const auto operation = wire.initiate(branch, std::move(wish));
        wire.settle();
        spread();
        return branch.outcome(operation) == "ok";
    }
    std::size_t established() const {
        std::size_t all = 0;
        for (const Host* host : hosts) all += host->established();
        return all;
    }

    bool mobike;
    VirtualWire wire;
    std::vector<Host*> hosts;
    std::vector<Host*> branches;
};

// Two of one peer, of which the second one makes the first one give way.
struct Twice : Lonely {
    Twice() : Lonely(ConnectionWords{.unique = Unique::replace}) { establish(); }
    void begin_again() { again.take_init_response(tell(again.init_request()).at(0)); }
    void authenticate_again() { tell(again.protect(wire::ExchangeType::ike_auth, 1, false, again.auth_request())); }
    void rekey_first() {
        tell(peer.protect(wire::ExchangeType::create_child_sa, 2, false, ScriptedPeer::ike_rekeying(2)));
    }
    std::size_t live() const {
        std::size_t count = 0;
        for (const auto* sa : host.sas()) count += sa->established() != nullptr && !sa->established()->is_succeeded;
        return count;
    }
    ScriptedPeer again{5};
};

}  // namespace

TEST_CASE("unique = no replaces by INITIAL_CONTACT only", "[engine][rfc7296-2.4]") {
    const unsigned engines = GENERATE(1U, 2U);
    Hub hub(Unique::no, engines);
    CHECK(hub.call("192.0.2.11"));
    CHECK(hub.call("192.0.2.12", engines - 1));
    CHECK(hub.established() == 2);
    CHECK(hub.call("192.0.2.13", 0, "one.example", false));
    CHECK(hub.established() == 1);
    CHECK(hub.branches[0]->established() == 1);  // nobody is told
}

TEST_CASE("unique = never keeps all, whatever the peer says", "[engine][rfc7296-2.4]") {
    const unsigned engines = GENERATE(1U, 2U);
    Hub hub(Unique::never, engines);
    CHECK(hub.call("192.0.2.11", 0, "one.example", false));
    CHECK(hub.call("192.0.2.12", engines - 1, "one.example", false));
    CHECK(hub.established() == 2);
}

TEST_CASE("who never replaces sends no INITIAL_CONTACT", "[engine][rfc7296-2.4]") {
    const Unique unique = GENERATE(Unique::no, Unique::never, Unique::keep, Unique::replace);
    Gateways gateways(ConnectionWords{.unique = unique}, mirrored({}));
    gateways.connect();
    REQUIRE(gateways.right.established() == 1);
    CHECK(gateways.right.sas().at(0)->sa().peer_announced_initial_contact == (unique != Unique::never));
}

TEST_CASE("unique = replace deletes the old one, and tells its peer", "[engine][rfc7296-2.4]") {
    const unsigned engines = GENERATE(1U, 2U);
    Hub hub(Unique::replace, engines);
    CHECK(hub.call("192.0.2.11"));
    CHECK(hub.call("192.0.2.12", engines - 1));
    CHECK(hub.established() == 1);
    CHECK(hub.branches[0]->established() == 0);
    CHECK(hub.branches[1]->established() == 1);
    CHECK(hub.hosts[0]->count(Reason::NotUnique) == 1);
    CHECK(hub.call("192.0.2.13", 0, "two.example"));
    CHECK(hub.established() == 2);
}

TEST_CASE("unique = replace waits where the peer may be authenticating again", "[engine][rfc7296-2.8.3]") {
    const Unique unique = GENERATE(Unique::replace, Unique::keep, Unique::no);
    Lonely lonely(ConnectionWords{.unique = unique});
    lonely.establish();
    ScriptedPeer again(5);
    again.take_init_response(lonely.tell(again.init_request()).at(0));
    lonely.tell(again.protect(wire::ExchangeType::ike_auth, 1, false, again.auth_request()));
    CHECK(lonely.host.established() == 2);
    const std::size_t sent = lonely.host.sent.size();
    lonely.wire.run_for(milliseconds(9900));
    CHECK(lonely.host.sent.size() == sent);
    lonely.wire.run_for(milliseconds(200));
    CHECK(lonely.host.sent.size() == sent + (unique == Unique::replace ? 1 : 0));
    CHECK(lonely.host.established() == (unique == Unique::replace ? 1 : 2));
}

TEST_CASE("unique = keep refuses one from elsewhere", "[engine][rfc7296-2.4]") {
    const unsigned engines = GENERATE(1U, 2U);
    Hub hub(Unique::keep, engines);
    CHECK(hub.call("192.0.2.11"));
    CHECK_FALSE(hub.call("192.0.2.12", engines - 1));
    CHECK(hub.branches[1]->count(Reason::AuthenticationRefused) == 1);
    CHECK(hub.hosts[engines - 1]->count(Reason::NotUnique) == 1);
    const auto& report = hub.hosts[engines - 1]->reports.back();
    CHECK(report.level == ike::Level::warning);
    CHECK(report.text.find("`unique = keep`: peer one.example is refused at 192.0.2.12:") != std::string::npos);
    CHECK(hub.established() == 1);
    CHECK(hub.call("192.0.2.13", engines - 1, "two.example"));
    CHECK(hub.established() == 2);
    // The place is free again once the first one has gone.
    hub.wire.clear(*hub.branches[0], hub.branches[0]->sas().at(0)->sa().id);
    hub.wire.settle();
    hub.spread();
    CHECK(hub.call("192.0.2.14", engines - 1));
}

TEST_CASE("unique looks at IKE SAs of the same connection, or of one that is like it", "[engine][rfc7296-2.4]") {
    const unsigned engines = GENERATE(1U, 2U);
    const Unique unique = GENERATE(Unique::replace, Unique::keep);
    const bool is_alike = GENERATE(true, false);
    const ConnectionWords first{
        .name = "one", .local = "", .remote = "192.0.2.11", .remote_id = "one.example", .unique = unique};
    ConnectionWords second = first;
    second.name = "two";
    second.remote = "192.0.2.12";
    if (!is_alike) second.dpd_delay = seconds(77);
    Hub hub(snapshot({connection(first), connection(second)}, {{kSecret, {}}}), engines);
    CHECK(hub.call("192.0.2.11"));
    CHECK(hub.call("192.0.2.12", engines - 1) == (unique == Unique::replace || !is_alike));
    CHECK(hub.established() == (is_alike ? 1 : 2));
}

TEST_CASE("unique = keep lets in who has been restarted", "[engine][rfc7296-2.4]") {
    const unsigned engines = GENERATE(1U, 2U);
    Hub hub(Unique::keep, engines);
    CHECK(hub.call("192.0.2.11"));
    CHECK(hub.call("192.0.2.12", engines - 1, "one.example", false));
    CHECK(hub.established() == 1);
    CHECK(hub.branches[1]->established() == 1);
}

TEST_CASE("one engine has nobody to tell", "[engine]") {
    Hub hub(Unique::keep);
    CHECK(hub.call("192.0.2.11"));
    CHECK(hub.hosts[0]->told.empty());
}

TEST_CASE("unique = replace leaves one of two that both ends have begun at once", "[engine][rfc7296-2.8.2]") {
    Gateways gateways(ConnectionWords{.unique = Unique::replace});
    const auto left = gateways.wire.initiate(gateways.left, "192.0.2.2");
    const auto right = gateways.wire.initiate(gateways.right, "192.0.2.1");
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(left) == "ok");
    CHECK(gateways.right.outcome(right) == "ok");
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("unique = replace does not forget an IKE SA that is rekeyed meanwhile",
          "[engine][rfc7296-2.4][rfc7296-2.18]") {
    Twice lonely;
    SECTION("after the other one came up") {
        lonely.begin_again();
        lonely.authenticate_again();
        lonely.rekey_first();
    }
    SECTION("before it was authenticated") {
        lonely.wire.run_for(seconds(1));
        lonely.begin_again();
        lonely.wire.run_for(seconds(1));
        lonely.rekey_first();
        lonely.authenticate_again();
    }
    CHECK(lonely.live() == 2);
    lonely.wire.run_for(milliseconds(9900));
    CHECK(lonely.live() == 2);
    lonely.wire.run_for(milliseconds(200));
    CHECK(lonely.live() == 1);
}

TEST_CASE("unique = keep knows where a peer is that has moved", "[engine][rfc7296-2.4][rfc4555-3.5]") {
    const unsigned engines = GENERATE(1U, 2U);
    Hub hub(Unique::keep, engines, true);
    CHECK(hub.call("192.0.2.11"));
    Host& branch = *hub.branches[0];
    branch.address = address("192.0.2.12");
    hub.wire.feed(branch, ike::UsePath{branch.sas().at(0)->sa().id, branch.address, hub.hosts[0]->address});
    hub.wire.settle();
    hub.spread();
    REQUIRE(hub.hosts[0]->sas().at(0)->sa().remote.address == branch.address);
    branch.address = address("192.0.2.99");  // the wire has one host at an address
    CHECK_FALSE(hub.call("192.0.2.11", engines - 1));
    CHECK(hub.call("192.0.2.12", engines - 1));
}

TEST_CASE("other engines hear of IKE SAs that stand, and of nothing else", "[engine][rfc7296-2.4]") {
    const Unique unique = GENERATE(Unique::no, Unique::never, Unique::keep);
    ike::Options options;
    options.shards = 2;
    Lonely lonely(ConnectionWords{.unique = unique}, options);
    lonely.begin();
    lonely.wire.run_for(options.half_open_life + seconds(1));
    REQUIRE(lonely.sa() == nullptr);
    CHECK(lonely.host.told.empty());
    lonely.peer = ScriptedPeer(5);
    lonely.establish();
    const auto id = lonely.sa()->sa().id;
    lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 2, false, ScriptedPeer::ike_rekeying(2)));
    lonely.wire.clear(lonely.host, id, {}, true);
    const std::size_t told = unique == Unique::never ? 0 : 2;
    REQUIRE(lonely.host.told.size() == told);
    if (told == 0) return;
    CHECK(lonely.host.told[0].turn == ike::PeerTurn::stands);
    CHECK(lonely.host.told[1].turn == ike::PeerTurn::gone);
    for (const ike::PeerNews& news : lonely.host.told) CHECK(news.ike_sa == id);
}

}  // namespace xfrmd::tests
