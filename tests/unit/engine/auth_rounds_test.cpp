// Several rounds of authentication (RFC 4739): both sides prove who they are as often as the connection says, and
// nothing stands before the last round has passed.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "ike/crypto/credentials.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

using wire::NotifyType;
constexpr auto kAuth = wire::ExchangeType::ike_auth;

policy::AuthRound psk_of(const std::string& id) {
    policy::AuthRound round;
    round.auth = policy::AuthMethod::psk;
    round.id = identity(id);
    return round;
}

using Ids = std::vector<std::string>;

// "gw", which is a.example and expects b.example, with these rounds after the first.
policy::Connection with_rounds(const ConnectionWords& words, const Ids& local, const Ids& remote) {
    policy::Connection gw = connection(words);
    for (const std::string& id : local) gw.further_local.push_back(psk_of(id));
    for (const std::string& id : remote) gw.further_remote.push_back(psk_of(id));
    return gw;
}

const std::vector<SecretWords> kSecrets{{kSecret, {"a.example", "b.example"}},
                                        {"two", {"a2.example", "b2.example", "a.example", "b.example"}},
                                        {"three", {"a3.example", "b3.example", "a.example", "b.example"}}};

struct World {
    World(const Ids& left, const Ids& right, const std::vector<SecretWords>& right_secrets = kSecrets)
        : gateways(snapshot({with_rounds({}, left, right)}, kSecrets),
                   snapshot({with_rounds(mirrored({}), right, left)}, right_secrets)) {}
    std::string outcome() { return gateways.left.outcome(gateways.connect()); }

    Gateways gateways;
};

// Of the last round of each.
std::string known_as(const Host& host) {
    const auto* established = host.sas().at(0)->established();
    return established->local_id.to_string() + " - " + established->remote_id.to_string();
}

void check_nothing_left(const Host& host) {
    CHECK(host.sas().empty());
    CHECK(host.engine.half_open() == 0);
    CHECK(host.kernel.children().empty());
}

// The scripted peer's rounds, as initiator, with the engine that has `local` and wants `remote` after the first.
struct Caller : Lonely {
    explicit Caller(const Ids& remote, const Ids& local = {})
        : Lonely(snapshot({with_rounds({.mobike = true}, local, remote)}, kSecrets)) {
        begin();
    }
    // The first request, with what tells of rounds.
    Payloads first(const std::vector<NotifyType>& notifies) const {
        Payloads payloads = peer.auth_request();
        for (const NotifyType type : notifies) payloads.emplace_back(notify(type));
        return payloads;
    }
    Payloads later(const std::string& id, const std::string& secret) {
        peer.id = id;
        peer.secret = secret;
        return {wire::IdentificationInitiator{{identity(id), 0}}, peer.auth()};
    }
    base::Bytes request(std::uint32_t id, const Payloads& payloads) { return peer.protect(kAuth, id, false, payloads); }
    // What it is answered.
    wire::Payloads ask(std::uint32_t id, const Payloads& payloads) {
        return peer.open(tell(request(id, payloads)).at(0)).value();
    }
};

// The scripted peer's rounds, as responder.
struct Called : Lonely {
    explicit Called(const Ids& local, const Ids& remote = {}, bool knows_rounds = true)
        : Lonely(snapshot({with_rounds({}, local, remote)}, kSecrets)) {
        if (knows_rounds) peer.after_init = {notify(NotifyType::multiple_auth_supported)};
        operation = be_called();
    }
    // The proof of the first round alone.
    Payloads first(const std::vector<NotifyType>& notifies = {}) const {
        Payloads payloads{wire::IdentificationResponder{{identity("b.example"), 0}}, peer.auth()};
        for (const NotifyType type : notifies) payloads.emplace_back(notify(type));
        return payloads;
    }
    Payloads later(const std::string& id, const std::string& secret) {
        peer.id = id;
        peer.secret = secret;
        return {wire::IdentificationResponder{{identity(id), 0}}, peer.auth()};
    }
    // SA, TSi, TSr without a proof.
    Payloads child() const {
        Payloads payloads = peer.auth_response(auth_request);
        payloads.erase(payloads.begin(), payloads.begin() + 2);
        return payloads;
    }
    // What it asks next.
    wire::Payloads answer(std::uint32_t id, const Payloads& payloads) {
        const auto sent = tell(peer.protect(kAuth, id, true, payloads));
        return sent.empty() ? wire::Payloads() : peer.open(sent.at(0)).value_or(wire::Payloads());
    }
    std::string outcome() const { return host.outcome(operation); }

    std::uint64_t operation = 0;
};

const std::vector<NotifyType> kGoesOn{NotifyType::multiple_auth_supported, NotifyType::another_auth_follows};

}  // namespace

TEST_CASE("both sides may have several rounds, and are who they are last", "[engine][rfc4739-2.1]") {
    World world({"a2.example"}, {"b2.example"});
    CHECK(world.outcome() == "ok");
    CHECK(world.gateways.wire.datagrams() == 6);
    CHECK(known_as(world.gateways.left) == "a2.example - b2.example");
    CHECK(known_as(world.gateways.right) == "b2.example - a2.example");
    CHECK(world.gateways.disagreement().empty());
}

TEST_CASE("one side may have more rounds than the other", "[engine][rfc4739-2.4][rfc4739-2.5]") {
    World initiator({"a2.example"}, {});
    CHECK(initiator.outcome() == "ok");
    CHECK(known_as(initiator.gateways.right) == "b.example - a2.example");
    CHECK(initiator.gateways.disagreement().empty());
    World responder({}, {"b2.example", "b3.example"});
    CHECK(responder.outcome() == "ok");
    CHECK(responder.gateways.wire.datagrams() == 8);
    CHECK(known_as(responder.gateways.left) == "a.example - b3.example");
    CHECK(responder.gateways.disagreement().empty());
}

TEST_CASE("an IKE SA of several rounds is rekeyed, and made again, as any other", "[engine][rfc4739-2.1]") {
    World world({"a2.example"}, {"b2.example"});
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
    World initiator({"a2.example"}, {}, others);
    CHECK(initiator.outcome() == "authentication_refused");
    CHECK(initiator.gateways.right.count(Reason::AuthenticationFailed) == 1);
    World responder({}, {"b2.example"}, {{kSecret, {}}});
    CHECK(responder.outcome() == "authentication_failed");
    for (const World* world : {&initiator, &responder}) {
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

    Called with({"a2.example"});
    CHECK(with.auth_request.find(NotifyType::multiple_auth_supported) != nullptr);
    CHECK(with.auth_request.find(NotifyType::another_auth_follows) != nullptr);
    Called alone({});
    CHECK(alone.auth_request.find(NotifyType::multiple_auth_supported) != nullptr);
    CHECK(alone.auth_request.find(NotifyType::another_auth_follows) == nullptr);
    Called old({}, {}, false);
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

    Called called({}, {"b2.example"});
    CHECK(called.answer(1, called.first({NotifyType::another_auth_follows})) == wire::Payloads());
    CHECK(called.outcome() == "running");
    Payloads last_of_peer = called.later("b2.example", "two");
    for (wire::Payload& payload : called.child()) last_of_peer.push_back(std::move(payload));
    called.answer(2, last_of_peer);
    CHECK(called.outcome() == "ok");
}

TEST_CASE("later requests have the proof alone", "[engine][rfc4739-2.4]") {
    Called called({"a2.example", "a3.example"});
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
        Called called({}, {"b2.example"});
        called.answer(1, called.first());
        CHECK(called.outcome() == "authentication_method_unacceptable");
        check_nothing_left(called.host);
    }
    SECTION("a responder that goes on") {
        Called called({});
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
        Called called({"a2.example"});
        Payloads early = called.first();
        for (wire::Payload& payload : called.child()) early.push_back(std::move(payload));
        called.answer(1, early);
        CHECK(called.host.failed(called.operation));
        check_nothing_left(called.host);
    }
    SECTION("a responder's proof that nobody has asked for") {
        Called called({"a2.example"});
        called.answer(1, called.first());
        called.answer(2, called.later("b2.example", "two"));
        CHECK(called.host.failed(called.operation));
        check_nothing_left(called.host);
    }
    SECTION("a responder that refuses") {
        Called called({"a2.example"});
        called.answer(1, called.first());
        called.answer(2, {notify(NotifyType::authentication_failed)});
        CHECK(called.outcome() == "authentication_refused");
        check_nothing_left(called.host);
    }
}

TEST_CASE("a child that is refused in the last response leaves the IKE SA", "[engine][rfc4739-2.4][rfc7296-1.2]") {
    Called called({"a2.example"});
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

TEST_CASE("who differs in a later round only is told apart there", "[engine][rfc4739-2.1]") {
    const ConnectionWords words{.remote_id = "b.example"};
    policy::Connection alone = connection(words);
    alone.name = "alone";
    policy::Connection two = with_rounds(words, {}, {"b2.example"});
    two.name = "two";
    policy::Connection three = with_rounds(words, {}, {"b3.example"});
    three.name = "three";
    for (const std::string name : {"alone", "two", "three"}) {
        INFO(name);
        Lonely lonely(snapshot({alone, two, three}, kSecrets));
        lonely.begin();
        Payloads first = lonely.peer.auth_request();
        if (name != "alone") first.emplace_back(notify(NotifyType::another_auth_follows));
        lonely.tell(lonely.peer.protect(kAuth, 1, false, first));
        if (name != "alone") {
            lonely.peer.id = name == "two" ? "b2.example" : "b3.example";
            lonely.peer.secret = name;
            lonely.tell(lonely.peer.protect(
                kAuth, 2, false, {wire::IdentificationInitiator{{identity(lonely.peer.id), 0}}, lonely.peer.auth()}));
        }
        REQUIRE(lonely.host.established() == 1);
        CHECK(lonely.sa()->sa().connection_name() == name);
    }
}

TEST_CASE("a connection that changes between two rounds ends the attempt, and no other change does",
          "[engine][rfc4739-2.1]") {
    const bool changes = GENERATE(true, false);
    Caller caller({"b2.example"});
    caller.ask(1, caller.first(kGoesOn));
    auto next = with_rounds({.mobike = true}, {}, {changes ? "b3.example" : "b2.example"});
    policy::Connection other = connection({.remote = "192.0.2.9"});
    other.name = "other";
    caller.wire.feed(caller.host, ike::Reconfigure{snapshot({other, next}, kSecrets)});
    caller.wire.settle();
    caller.tell(caller.request(2, caller.later("b2.example", "two")));
    CHECK(caller.host.established() == (changes ? 0U : 1U));
    if (changes) check_nothing_left(caller.host);
}

TEST_CASE("a later round may wait for an answer from outside", "[engine][rfc4739-2.1]") {
    const TestIssuer root{"CN=root", small_key(1)};
    CertificateFields fields;
    fields.subject = "CN=a2.example";
    fields.not_after = kTestNow + std::chrono::days(30);
    fields.names = {"a2.example"};
    fields.crl_uri = "http://ca.example/crl";
    const TestKey key = small_key(11);
    const crypto::Certificate own = make_certificate(fields, key, root);
    policy::AuthRound second;
    second.id = identity("a2.example");
    const auto with = [](policy::Connection gw, crypto::Credentials::Parts parts) {
        policy::Configuration configuration;
        configuration.secrets.push_back({"ike", base::SecretBytes(base::as_bytes(kSecret)), {}});
        std::vector<policy::AuthRound> rounds{gw.local, gw.remote};
        for (const auto* further : {&gw.further_local, &gw.further_remote})
            rounds.insert(rounds.end(), further->begin(), further->end());
        configuration.credentials = *crypto::Credentials::make(std::move(parts), rounds);
        configuration.connections.push_back(std::move(gw));
        return policy::IndexedConfiguration::of(std::move(configuration));
    };
    policy::Connection left = connection({});
    left.further_local = {second};
    left.further_local.front().certificates = {own.fingerprint()};
    SeededRandom random(7);
    crypto::Credentials::Parts left_parts;
    left_parts.certificates = {own};
    left_parts.private_keys.push_back(*crypto::PrivateKey::load(key.pkcs8(), nullptr, random));
    policy::Connection right = connection(mirrored({}));
    right.further_remote = {second};
    crypto::Credentials::Parts right_parts;
    right_parts.authorities = {make_root(root)};
    Gateways gateways(with(left, std::move(left_parts)), with(right, std::move(right_parts)));
    for (Host* host : {&gateways.left, &gateways.right}) {
        const base::Duration past = gateways.wire.now().time_since_epoch();
        gateways.wire.feed(*host, ike::TimeOfDay{std::chrono::sys_time<base::Duration>(kTestNow) - past});
    }
    gateways.right.web_answers = false;
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "running");
    REQUIRE(gateways.right.fetches.size() == 1);
    CHECK(gateways.right.established() == 0);
    CHECK(gateways.right.engine.half_open() == 1);
    gateways.wire.feed(gateways.right,
                       ike::Fetched{gateways.right.fetches[0].uri, {}, base::fail(Reason::FetchFailed)});
    gateways.wire.settle();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(known_as(gateways.right) == "b.example - a2.example");
    CHECK(gateways.disagreement().empty());
}

TEST_CASE("a PPK is agreed on in the first round, and counts in the others", "[engine][rfc4739-2.1][rfc8784-3]") {
    const auto with_ppk = [](policy::Connection gw) {
        policy::Configuration configuration;
        gw.ppk_id = identity("pq.example");
        gw.ppk_required = true;
        configuration.connections.push_back(std::move(gw));
        for (const auto& [secret, owners] : kSecrets) {
            policy::SharedSecret one{secret, base::SecretBytes(base::as_bytes(secret)), {}};
            for (const auto& owner : owners) one.owners.push_back(identity(owner));
            configuration.secrets.push_back(std::move(one));
        }
        configuration.ppks.push_back({"ppk",
                                      base::SecretBytes(base::as_bytes(kSecret)),
                                      {{policy::IdentityType::key_id, identity("pq.example").data}}});
        return policy::IndexedConfiguration::of(std::move(configuration));
    };
    Gateways gateways(with_ppk(with_rounds({}, {"a2.example"}, {"b2.example"})),
                      with_ppk(with_rounds(mirrored({}), {"b2.example"}, {"a2.example"})));
    CHECK(gateways.left.outcome(gateways.connect()) == "ok");
    CHECK(gateways.left.sas().at(0)->established()->has_ppk);
    CHECK(gateways.right.sas().at(0)->established()->has_ppk);
    CHECK(gateways.disagreement().empty());
}

TEST_CASE("what IKE_INTERMEDIATE has said is covered in all rounds", "[engine][rfc4739-2.1][rfc9242-3.3.2]") {
    const ConnectionWords words{.ike = "aes128-sha256-x25519-ke1_mlkem512"};
    Gateways gateways(snapshot({with_rounds(words, {"a2.example"}, {"b2.example"})}, kSecrets),
                      snapshot({with_rounds(mirrored(words), {"b2.example"}, {"a2.example"})}, kSecrets));
    CHECK(gateways.left.outcome(gateways.connect()) == "ok");
    CHECK(gateways.wire.datagrams() == 8);
    CHECK(gateways.disagreement().empty());
}

TEST_CASE("no tickets for several rounds", "[engine][rfc4739-2.1][rfc5723-5]") {
    const ConnectionWords words{.session_resumption = true};
    Gateways gateways(snapshot({with_rounds(words, {"a2.example"}, {})}, kSecrets),
                      snapshot({with_rounds(mirrored(words), {}, {"a2.example"})}, kSecrets));
    CHECK(gateways.left.outcome(gateways.connect()) == "ok");
    CHECK(gateways.right.sas().at(0)->sa().ticket == 0);
}

}  // namespace xfrmd::tests
