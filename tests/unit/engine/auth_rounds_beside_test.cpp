// Several rounds of authentication (RFC 4739) beside all else: other connections, reloads, answers from outside, PPKs,
// IKE_INTERMEDIATE and tickets.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "ike/crypto/credentials.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/engine/auth_rounds.h"

namespace xfrmd::tests {

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
    auto next = with_rounds({.mobike = !changes}, {}, {"b2.example"});
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
    CHECK(gateways.left.sas().at(0)->established()->ppk == ikev2::sa::PpkUse::ike_intermediate);
    CHECK(gateways.right.sas().at(0)->established()->ppk == ikev2::sa::PpkUse::ike_intermediate);
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
