// Whether a peer's certificate is revoked, asked of URIs while its IKE_AUTH waits (RFC 5280 6.3, RFC 6960, RFC 5019).
#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "ike/crypto/ocsp.h"
#include "tests/unit/engine/revocable.h"

namespace xfrmd::tests {

namespace {

using enum policy::Revocation;

End shown_by_right() { return asked_of(kList, {}, "b.example"); }

// right judges left's certificate, with this on the web. The outcome at left, or why right has refused it.
std::string judged(const End& shown, policy::Revocation revocation, std::map<std::string, base::Bytes> web) {
    World world({shown}, {.own = b(), .revocation = revocation});
    world.gateways.right.web = std::move(web);
    const std::string outcome = world.outcome();
    for (const Reason why : {Reason::CertificateRevoked, Reason::RevocationUnknown}) {
        if (world.refused_by_right(why)) return std::string(base::name(why));
    }
    return outcome;
}

}  // namespace

TEST_CASE("a list is fetched from where the certificate says", "[engine][rfc5280-6.3]") {
    const End shown = asked_of(kList, {});
    for (const policy::Revocation revocation : {relaxed, if_uri, strict}) {
        CHECK(judged(shown, revocation, {{kList, list_with({})}}) == "ok");
        CHECK(judged(shown, revocation, {{kList, list_with({{}})}}) == "certificate_revoked");
    }
    CHECK(judged(shown, relaxed, {}) == "ok");
    CHECK(judged(shown, if_uri, {}) == "revocation_unknown");
    CHECK(judged(shown, strict, {{kList, base::Bytes{1, 2, 3}}}) == "revocation_unknown");
}

TEST_CASE("a responder is asked before a list", "[engine][rfc6960-4]") {
    const End shown = asked_of(kList, kResponder);
    const base::Bytes revoking = list_with({{}});
    CHECK(judged(shown, strict, {{kResponder, response()}, {kList, revoking}}) == "ok");
    CHECK(judged(shown, relaxed, {{kResponder, revoked_response()}, {kList, list_with({})}}) == "certificate_revoked");
    CHECK(judged(shown, relaxed, {{kList, revoking}}) == "certificate_revoked");
    CHECK(judged(shown, strict, {}) == "revocation_unknown");
    World world({shown}, {.own = b()});
    world.gateways.right.web = {{kResponder, response()}};
    CHECK(world.outcome() == "ok");
    REQUIRE(world.gateways.right.fetches.size() == 1);
    CHECK(world.gateways.right.fetches[0].posted == crypto::encode_ocsp_request(shown.certificate, make_root(root())));
}

TEST_CASE("what is configured for a CA is asked before what the certificate says", "[engine][rfc5280-6.3]") {
    World world({asked_of(kList, {})},
                {.own = b(), .revocation = strict, .uris = {{"http://here.example/crl"}, {"http://here.example/"}}});
    world.gateways.right.web = {{"http://here.example/crl", list_with({})}};
    CHECK(world.outcome() == "ok");
    std::vector<std::string> asked;
    for (const ike::Fetch& one : world.gateways.right.fetches) asked.push_back(one.uri);
    CHECK(asked == std::vector<std::string>{"http://here.example/", "http://here.example/crl"});
}

TEST_CASE("who is asked for an OCSP response shows it", "[engine][rfc4806-3]") {
    using enum policy::OcspInIke;
    const End shown = asked_of({}, kResponder);
    for (const policy::OcspInIke wish : {request, both, reply}) {
        World world({shown}, {.own = b(), .revocation = strict, .ocsp = wish});
        world.gateways.left.web = {{kResponder, response()}};
        const bool asks = wish != reply;
        CHECK(world.outcome() == (asks ? "ok" : "authentication_refused"));
        CHECK(world.gateways.right.fetches.size() == (asks ? 0 : 1));
        CHECK(world.gateways.left.fetches.size() == (asks ? 1 : 0));
    }
}

TEST_CASE("responders that the operator trusts are named, and believed", "[engine][rfc4806-4.1]") {
    const TestIssuer trusted{"CN=responder", small_key(41)};
    World world(
        {.own = asked_of({}, kResponder), .responders = {make_root(trusted)}},
        {.own = b(), .revocation = strict, .ocsp = policy::OcspInIke::request, .responders = {make_root(trusted)}});
    world.gateways.left.web = {{kResponder, ocsp_der({}, root(), trusted.key)}};
    CHECK(world.outcome() == "ok");
    const auto hash = make_root(trusted).public_key().info_hash();
    const base::Bytes& answer = world.gateways.right.sent.front().bytes;
    CHECK(std::search(answer.begin(), answer.end(), hash.begin(), hash.end()) != answer.end());
}

TEST_CASE("for our own response, responders are asked one after the other", "[engine][rfc4806-3]") {
    const std::string configured = "http://here.example/";
    World world({.own = asked_of({}, kResponder), .uris = {{}, {configured}}},
                {.own = b(), .revocation = strict, .ocsp = policy::OcspInIke::request});
    world.gateways.left.web = {{configured, response()}};
    CHECK(world.outcome() == "ok");
    REQUIRE(world.gateways.left.fetches.size() == 1);
    CHECK(world.gateways.left.fetches[0].uri == configured);
}

TEST_CASE("a responder shows its own, too", "[engine][rfc4806-3]") {
    World world({.own = a(), .revocation = strict, .ocsp = policy::OcspInIke::request},
                {asked_of({}, kResponder, "b.example")});
    world.gateways.right.web = {{kResponder, response()}};
    CHECK(world.outcome() == "ok");
    CHECK(world.gateways.left.fetches.empty());
}

TEST_CASE("who has no response, or shows none, is asked for nothing else", "[engine][rfc4806-3]") {
    const End shown = asked_of({}, kResponder);
    const Side judge{.own = b(), .revocation = strict, .ocsp = policy::OcspInIke::request};
    for (const policy::OcspInIke how : {policy::OcspInIke::reply, policy::OcspInIke::never}) {
        World world({.own = shown, .ocsp = how}, judge);
        world.gateways.right.web = {{kResponder, response()}};
        CHECK(world.outcome() == "ok");
        CHECK(world.gateways.right.fetches.size() == 1);
    }
}

TEST_CASE("a response that nobody has asked for is not looked at", "[engine][rfc4806-4.1]") {
    Side judge{.own = b(), .revocation = strict, .ocsp = policy::OcspInIke::request};
    World world({asked_of({}, kResponder)}, judge);
    Host& left = world.gateways.left;
    left.web_answers = false;
    const auto operation = world.gateways.connect();
    REQUIRE(left.fetches.size() == 1);
    judge.ocsp = policy::OcspInIke::never;
    world.gateways.wire.feed(world.gateways.right, ike::Reconfigure{with_certificates(mirrored({}), judge)});
    world.gateways.wire.feed(left, ike::Fetched{kResponder, left.fetches[0].posted, response()});
    world.gateways.wire.run_for(std::chrono::seconds(1));
    CHECK(left.outcome(operation) == "authentication_refused");
    CHECK(world.gateways.right.fetches.size() == 1);
    CHECK(world.refused_by_right(Reason::RevocationUnknown));
}

TEST_CASE("a response that the peer shows counts no more than any other", "[engine][rfc4806-3]") {
    const End shown = asked_of({}, kResponder);
    World world({shown}, {.own = b(), .revocation = relaxed, .ocsp = policy::OcspInIke::request});
    world.gateways.left.web = {{kResponder, ocsp_der({}, root(), small_key(77))}};
    world.gateways.right.web = {{kResponder, revoked_response()}};
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.refused_by_right(Reason::CertificateRevoked));
}

TEST_CASE("who waits for URIs that never answer does not wait for ever", "[engine][rfc5280-6.3]") {
    CertificateFields fields;
    fields.subject = "CN=b.example";
    fields.names = {"b.example"};
    const TestKey key = small_key(21);
    crypto::RevocationUris uris;
    for (int i = 0; i < 4; ++i) {
        uris.crl.push_back("http://ca.example/" + std::to_string(i));
        uris.ocsp.push_back("http://ocsp.example/" + std::to_string(i));
    }
    World world({.own = a(), .revocation = strict, .uris = uris}, {{key, make_certificate(fields, key, root())}});
    world.gateways.left.web_answers = false;
    const auto operation = world.gateways.connect();
    world.gateways.wire.run_for(std::chrono::minutes(2));
    CHECK(world.gateways.left.outcome(operation) == "revocation_unknown");
    CHECK(world.gateways.left.fetches.size() == 7);  // one after the other, each for so long
}

TEST_CASE("an initiator asks as well", "[engine][rfc5280-6.3]") {
    for (const bool revoked : {false, true}) {
        World world({.own = a(), .revocation = strict}, {shown_by_right()});
        world.gateways.left.web = {{kList, revoked ? list_with({{}}) : list_with({})}};
        CHECK(world.outcome() == (revoked ? "certificate_revoked" : "ok"));
    }
}

TEST_CASE("while it waits a peer's repetitions get nothing, and nothing is asked twice", "[engine][rfc7296-2.1]") {
    World world({asked_of(kList, {})}, {.own = b(), .revocation = strict});
    Host& right = world.gateways.right;
    right.web_answers = false;
    const auto operation = world.gateways.connect();
    world.gateways.wire.run_for(std::chrono::seconds(10));
    CHECK(world.gateways.left.outcome(operation) == "running");
    CHECK(world.gateways.left.sent.size() == 3);  // two requests, and a repetition
    CHECK(right.sent.size() == 1);
    CHECK(right.fetches.size() == 1);
    CHECK(right.established() == 0);
    world.gateways.wire.feed(right, ike::Fetched{kList, {}, list_with({})});
    world.gateways.wire.run_for(std::chrono::seconds(1));
    CHECK(world.gateways.left.outcome(operation) == "ok");
    CHECK(world.gateways.disagreement().empty());
}

TEST_CASE("an initiator that waits for a list does not ask its peer again", "[engine][rfc7296-2.1]") {
    World world({.own = a(), .revocation = strict}, {shown_by_right()});
    Host& left = world.gateways.left;
    left.web_answers = false;
    const auto operation = world.gateways.connect();
    const std::size_t sent = left.sent.size();
    world.gateways.wire.run_for(std::chrono::seconds(10));
    CHECK(left.sent.size() == sent);
    CHECK(left.outcome(operation) == "running");
    world.gateways.wire.feed(left, ike::Fetched{kList, {}, list_with({})});
    world.gateways.wire.run_for(std::chrono::seconds(1));
    CHECK(left.outcome(operation) == "ok");
    CHECK(world.gateways.disagreement().empty());
}

TEST_CASE("what never answers counts as unknown after a while", "[engine][rfc5280-6.3]") {
    for (const bool must_be_known : {true, false}) {
        World world({asked_of(kList, {})}, {.own = b(), .revocation = must_be_known ? strict : relaxed});
        world.gateways.right.web_answers = false;
        const auto operation = world.gateways.connect();
        world.gateways.wire.run_for(ikev2::sa::Enquiries::kPatience + std::chrono::seconds(1));
        CHECK(world.gateways.left.outcome(operation) == (must_be_known ? "authentication_refused" : "ok"));
        CHECK(world.refused_by_right(Reason::RevocationUnknown) == must_be_known);
    }
}

TEST_CASE("of a path that leads to no anchor nothing is fetched", "[engine][hostile-d10]") {
    const TestIssuer stranger{"CN=root", small_key(31)};
    World world({asked_of(kList, kResponder, "a.example", stranger)}, {.own = b(), .revocation = strict});
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.refused_by_right(Reason::CertificateUntrusted));
    CHECK(world.gateways.right.fetches.empty());
}

TEST_CASE("who shows another's certificate and cannot sign causes no fetch", "[engine][hostile-d10]") {
    World world({.own = asked_of(kList, kResponder), .has_token = true}, {.own = b(), .revocation = strict});
    Host& thief = world.gateways.left;
    const auto operation = world.gateways.connect();
    REQUIRE(thief.signatures.size() == 1);
    const ike::Sign& asked = thief.signatures[0];
    SeededRandom random(5);
    const auto other = crypto::PrivateKey::load(small_key(55).pkcs8(), nullptr, random);
    world.gateways.wire.feed(thief,
                             ike::Signed{asked.id, other->sign(asked.scheme, asked.format, asked.message, random)});
    world.gateways.wire.run_for(std::chrono::seconds(1));
    CHECK(thief.outcome(operation) == "authentication_refused");
    CHECK(world.refused_by_right(Reason::AuthenticationFailed));
    CHECK(world.gateways.right.fetches.empty());
}

TEST_CASE("an IKE SA that is given up while it waits is gone when the answer comes", "[engine][rfc7296-2.4]") {
    World world({asked_of(kList, {})}, {.own = b(), .revocation = strict});
    Host& right = world.gateways.right;
    right.web_answers = false;
    (void)world.gateways.connect();
    world.gateways.wire.feed(right, ike::Clear{ike::OperationId{900}, right.sas().at(0)->sa().id, {}, true});
    CHECK(right.sas().empty());
    world.gateways.wire.feed(right, ike::Fetched{kList, {}, list_with({})});
    CHECK(right.sas().empty());
}

}  // namespace xfrmd::tests
