// Several rounds of authentication (RFC 4739): both sides prove who they are as often as the connection says, and
// nothing stands before the last round has passed.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/auth_rounds.h"

namespace xfrmd::tests {

TEST_CASE("both sides may have several rounds, and are who they are last", "[engine][rfc4739-2.1]") {
    RoundsWorld world({"a2.example"}, {"b2.example"});
    CHECK(world.outcome() == "ok");
    CHECK(world.gateways.wire.datagrams() == 6);
    CHECK(known_as(world.gateways.left) == "a2.example - b2.example");
    CHECK(known_as(world.gateways.right) == "b2.example - a2.example");
    CHECK(world.gateways.disagreement().empty());
}

TEST_CASE("one side may have more rounds than the other", "[engine][rfc4739-2.4][rfc4739-2.5]") {
    RoundsWorld initiator({"a2.example"}, {});
    CHECK(initiator.outcome() == "ok");
    CHECK(known_as(initiator.gateways.right) == "b.example - a2.example");
    CHECK(initiator.gateways.disagreement().empty());
    RoundsWorld responder({}, {"b2.example", "b3.example"});
    CHECK(responder.outcome() == "ok");
    CHECK(responder.gateways.wire.datagrams() == 8);
    CHECK(known_as(responder.gateways.left) == "a.example - b3.example");
    CHECK(responder.gateways.disagreement().empty());
}

TEST_CASE("an IKE SA of several rounds is rekeyed, and made again, as any other", "[engine][rfc4739-2.1]") {
    RoundsWorld world({"a2.example"}, {"b2.example"});
    REQUIRE(world.outcome() == "ok");
    const auto rekeyed = world.gateways.wire.rekey(world.gateways.left, world.gateways.left.sas().at(0)->sa().id);
    world.gateways.wire.settle();
    CHECK(world.gateways.left.outcome(rekeyed) == "ok");
    CHECK(known_as(world.gateways.right) == "b2.example - a2.example");
    CHECK(world.gateways.disagreement().empty());
}

TEST_CASE("a later round that fails leaves nothing on either side", "[engine][rfc4739-2.1]") {
    const std::vector<SecretWords> others{{kSecret, {"a.example", "b.example"}},
                                          {"wrong", {"a2.example", "b.example"}}};
    RoundsWorld initiator({"a2.example"}, {}, others);
    CHECK(initiator.outcome() == "authentication_refused");
    CHECK(initiator.gateways.right.count(Reason::AuthenticationFailed) == 1);
    RoundsWorld responder({}, {"b2.example"}, {{kSecret, {}}});
    CHECK(responder.outcome() == "authentication_failed");
    for (const RoundsWorld* world : {&initiator, &responder}) {
        check_nothing_left(world->gateways.left);
        check_nothing_left(world->gateways.right);
    }
}

TEST_CASE("a key that is missing in a later round costs no round trip", "[engine][rfc4739-2.1]") {
    policy::Connection gw = with_rounds({}, {"a2.example"}, {});
    gw.further_local.front().auth = policy::AuthMethod::pubkey;
    Gateways keyless(snapshot({gw}, kSecrets), snapshot(mirrored({})));
    CHECK(keyless.left.outcome(keyless.connect()) == "no_private_key");
    CHECK(keyless.wire.datagrams() == 0);
}

TEST_CASE("a responder says in IKE_SA_INIT that it knows of rounds, an initiator in its first IKE_AUTH",
          "[engine][rfc4739-2.1][rfc4739-3.1]") {
    Lonely responder;
    const auto sent = responder.tell(responder.peer.init_request());
    const auto* says = read(sent.at(0)).clear.find(NotifyType::multiple_auth_supported);
    REQUIRE(says != nullptr);
    CHECK(says->protocol == policy::ProtocolId{0});
    CHECK(says->data.empty());

    CalledInRounds with({"a2.example"});
    CHECK(with.auth_request.find(NotifyType::multiple_auth_supported) != nullptr);
    CHECK(with.auth_request.find(NotifyType::another_auth_follows) != nullptr);
    CalledInRounds alone({});
    CHECK(alone.auth_request.find(NotifyType::multiple_auth_supported) != nullptr);
    CHECK(alone.auth_request.find(NotifyType::another_auth_follows) == nullptr);
    CalledInRounds old({}, {}, false);
    CHECK(old.auth_request.find(NotifyType::multiple_auth_supported) == nullptr);
}

TEST_CASE("nobody is left with fewer rounds by a peer that does not know them", "[engine][rfc4739-2.1]") {
    Lonely caller(snapshot({with_rounds({}, {"a2.example"}, {})}, kSecrets));
    const auto operation = caller.wire.initiate(caller.host, "192.0.2.2");
    caller.wire.settle();
    caller.tell(caller.peer.answer_init(caller.host.sent.back().bytes));
    caller.wire.run_for(std::chrono::seconds(300));
    CHECK(caller.host.outcome(operation) == "authentication_method_unacceptable");
    CHECK(caller.host.reported("connection gw has several rounds, which the peer does not know"));

    Caller wants({}, {"a2.example"});
    CHECK(wants.ask(1, wants.first({})).error()->type == NotifyType::authentication_failed);
    CHECK(wants.host.reported("connection gw has several rounds, which the peer does not know"));
    check_nothing_left(wants.host);
}

TEST_CASE("the child of the first request is granted in the last response, with all else that was asked for",
          "[engine][rfc4739-2.4]") {
    Caller caller({"b2.example"});
    Payloads request = caller.first(kGoesOn);
    request.emplace_back(notify(NotifyType::mobike_supported));
    const wire::Payloads first = caller.ask(1, request);
    CHECK(first.id_r->identity == identity("a.example"));
    CHECK(first.auth);
    CHECK_FALSE(first.sa);
    CHECK(first.notifies.empty());
    CHECK(caller.host.established() == 0);
    CHECK(caller.host.kernel.children().empty());

    const wire::Payloads last = caller.ask(2, caller.later("b2.example", "two"));
    CHECK_FALSE(last.id_r);
    CHECK_FALSE(last.auth);
    CHECK(last.sa);
    CHECK(last.ts_i);
    CHECK(last.ts_r);
    CHECK(last.find(NotifyType::mobike_supported) != nullptr);
    CHECK(caller.host.established() == 1);
    CHECK(caller.host.kernel.children().size() == 1);
}

TEST_CASE("a round of the responder's alone is asked for with nothing", "[engine][rfc4739-2.5]") {
    Caller caller({}, {"a2.example"});
    const wire::Payloads first = caller.ask(1, caller.first({NotifyType::multiple_auth_supported}));
    CHECK(first.find(NotifyType::another_auth_follows) != nullptr);
    CHECK_FALSE(first.sa);
    const wire::Payloads last = caller.ask(2, {});
    CHECK(last.id_r->identity == identity("a2.example"));
    CHECK(last.auth);
    CHECK(last.find(NotifyType::another_auth_follows) == nullptr);
    CHECK(last.sa);
    CHECK(caller.host.established() == 1);

    CalledInRounds called({}, {"b2.example"});
    CHECK(called.answer(1, called.first({NotifyType::another_auth_follows})) == wire::Payloads());
    CHECK(called.outcome() == "running");
    Payloads last_of_peer = called.later("b2.example", "two");
    for (wire::Payload& payload : called.child()) last_of_peer.push_back(std::move(payload));
    called.answer(2, last_of_peer);
    CHECK(called.outcome() == "ok");
}

TEST_CASE("later requests have the proof alone", "[engine][rfc4739-2.4]") {
    CalledInRounds called({"a2.example", "a3.example"});
    const wire::Payloads second = called.answer(1, called.first());
    CHECK(second.id_i->identity == identity("a2.example"));
    CHECK(second.auth);
    CHECK(second.find(NotifyType::another_auth_follows) != nullptr);
    CHECK(second.notifies.size() == 1);
    CHECK_FALSE(second.sa);
    CHECK_FALSE(second.id_r);
    const wire::Payloads third = called.answer(2, {});
    CHECK(third.id_i->identity == identity("a3.example"));
    CHECK(third.notifies.empty());
    called.answer(3, called.child());
    CHECK(called.outcome() == "ok");
}

TEST_CASE("a peer has as many rounds as the connection wants", "[engine][rfc4739-2.1][hostile-d2]") {
    SECTION("an initiator that stops") {
        Caller caller({"b2.example"});
        CHECK(caller.ask(1, caller.first({})).error()->type == NotifyType::authentication_failed);
        CHECK(caller.host.reported("connection gw wants 2 rounds of the peer, which stops after 1"));
        check_nothing_left(caller.host);
    }
    SECTION("an initiator that goes on") {
        Caller caller({});
        CHECK(caller.ask(1, caller.first(kGoesOn)).error()->type == NotifyType::authentication_failed);
        CHECK(caller.host.reported("connection gw wants 1 round of the peer, which has another one"));
        check_nothing_left(caller.host);
    }
    SECTION("an initiator that goes on later") {
        Caller caller({"b2.example"});
        caller.ask(1, caller.first(kGoesOn));
        Payloads later = caller.later("b2.example", "two");
        later.emplace_back(notify(NotifyType::another_auth_follows));
        CHECK(caller.ask(2, later).error()->type == NotifyType::authentication_failed);
        check_nothing_left(caller.host);
    }
    SECTION("a responder that stops") {
        CalledInRounds called({}, {"b2.example"});
        called.answer(1, called.first());
        CHECK(called.outcome() == "authentication_method_unacceptable");
        check_nothing_left(called.host);
    }
    SECTION("a responder that goes on") {
        CalledInRounds called({});
        called.answer(1, called.first({NotifyType::another_auth_follows}));
        CHECK(called.outcome() == "authentication_method_unacceptable");
        check_nothing_left(called.host);
    }
}

TEST_CASE("in a later round everything but the proof that was announced is refused",
          "[engine][rfc4739-2.1][hostile-d2]") {
    SECTION("nothing, where a proof was announced") {
        Caller caller({"b2.example"});
        caller.ask(1, caller.first(kGoesOn));
        CHECK(caller.ask(2, {}).error() != nullptr);
        check_nothing_left(caller.host);
    }
    SECTION("a child") {
        Caller caller({"b2.example"});
        caller.ask(1, caller.first(kGoesOn));
        caller.peer.id = "b2.example";
        caller.peer.secret = "two";
        CHECK(caller.ask(2, caller.peer.auth_request()).error() != nullptr);
        check_nothing_left(caller.host);
    }
    SECTION("a proof that was not announced") {
        Caller caller({}, {"a2.example"});
        caller.ask(1, caller.first({NotifyType::multiple_auth_supported}));
        CHECK(caller.ask(2, caller.later("b2.example", "two")).error() != nullptr);
        check_nothing_left(caller.host);
    }
    SECTION("the first round once more") {
        Caller caller({"b2.example"});
        caller.ask(1, caller.first(kGoesOn));
        CHECK(caller.ask(2, caller.later("b.example", kSecret)).error() != nullptr);
        check_nothing_left(caller.host);
    }
    SECTION("a responder's child before its last round") {
        CalledInRounds called({"a2.example"});
        Payloads early = called.first();
        for (wire::Payload& payload : called.child()) early.push_back(std::move(payload));
        called.answer(1, early);
        CHECK(called.host.failed(called.operation));
        check_nothing_left(called.host);
    }
    SECTION("a responder's proof that nobody has asked for") {
        CalledInRounds called({"a2.example"});
        called.answer(1, called.first());
        called.answer(2, called.later("b2.example", "two"));
        CHECK(called.host.failed(called.operation));
        check_nothing_left(called.host);
    }
    SECTION("a responder that refuses") {
        CalledInRounds called({"a2.example"});
        called.answer(1, called.first());
        called.answer(2, {notify(NotifyType::authentication_failed)});
        CHECK(called.outcome() == "authentication_refused");
        check_nothing_left(called.host);
    }
}

TEST_CASE("a child that is refused in the last response leaves the IKE SA", "[engine][rfc4739-2.4][rfc7296-1.2]") {
    CalledInRounds called({"a2.example"});
    called.answer(1, called.first());
    called.answer(2, {notify(NotifyType::ts_unacceptable)});
    CHECK(called.outcome() == "ts_unacceptable");
    CHECK(called.host.established() == 1);
}

TEST_CASE("between rounds nothing else is heard, and the time for all of them is that of one",
          "[engine][rfc4739-2.1][hostile-d1]") {
    Caller caller({"b2.example"});
    caller.ask(1, caller.first(kGoesOn));
    CHECK(caller.tell(caller.peer.protect(wire::ExchangeType::informational, 2, false, {})).empty());
    CHECK(caller.tell(caller.peer.protect(wire::ExchangeType::create_child_sa, 2, false, {})).empty());
    CHECK(caller.host.count(Reason::NotAuthenticated) == 2);
    CHECK(caller.host.engine.half_open() == 1);
    caller.wire.run_for(std::chrono::seconds(31));
    CHECK(caller.host.count(Reason::HalfOpenExpired) == 1);
    check_nothing_left(caller.host);
}

TEST_CASE("a round's request that comes again gets the same response", "[engine][rfc4739-2.1][rfc7296-2.1]") {
    Caller caller({"b2.example"});
    const base::Bytes first = caller.request(1, caller.first(kGoesOn));
    const base::Bytes answer = caller.tell(first).at(0);
    CHECK(caller.tell(first).at(0) == answer);
    const base::Bytes second = caller.request(2, caller.later("b2.example", "two"));
    const base::Bytes last = caller.tell(second).at(0);
    CHECK(caller.tell(second).at(0) == last);
    CHECK(caller.tell(first).empty());
    CHECK(caller.host.established() == 1);
}

}  // namespace xfrmd::tests
