// Whether a peer's certificate is revoked, asked of URIs while its IKE_AUTH waits (RFC 5280 6.3, RFC 6960, RFC 5019).
#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "ike/crypto/ocsp.h"
#include "tests/unit/engine/certified.h"

namespace xfrmd::tests {

namespace {

using enum policy::Revocation;

constexpr const char* kList = "http://ca.example/root.crl";
constexpr const char* kResponder = "http://ocsp.example/";

// Of this gateway: serial 1, with these URIs in it.
End asked_of(const std::string& list, const std::string& responder, const std::string& name = "a.example",
             const TestIssuer& issuer = root()) {
    CertificateFields fields;
    fields.subject = "CN=" + name;
    fields.names = {name};
    fields.crl_uri = list;
    fields.ocsp_uri = responder;
    const TestKey key = small_key(21);
    return {key, make_certificate(fields, key, issuer)};
}

End shown_by_right() { return asked_of(kList, {}, "b.example"); }

base::Bytes list_with(std::vector<CrlEntryFields> entries) {
    CrlFields fields;
    fields.entries = std::move(entries);
    return crl_der(fields, root());
}

base::Bytes response(const OcspFields& fields = {}) { return ocsp_der(fields, root(), root().key); }

base::Bytes revoked_response() {
    OcspFields fields;
    fields.status = revoked_status(kTestNow - std::chrono::days(1), 1);
    return response(fields);
}

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

TEST_CASE("a response that the peer shows counts no more than any other", "[engine][rfc4806-3]") {
    const End shown = asked_of({}, kResponder);
    World world({shown}, {.own = b(), .revocation = relaxed, .ocsp = policy::OcspInIke::request});
    world.gateways.left.web = {{kResponder, ocsp_der({}, root(), small_key(77))}};
    world.gateways.right.web = {{kResponder, revoked_response()}};
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.refused_by_right(Reason::CertificateRevoked));
}

TEST_CASE("what is known to be revoked stays so, whatever the peer shows", "[engine][rfc4806-4.1]") {
    const bool by_list = GENERATE(true, false);
    World world({asked_of(by_list ? kList : "", kResponder)}, {.own = b(), .ocsp = policy::OcspInIke::request});
    world.gateways.left.web = {{kResponder, ocsp_der({}, root(), small_key(77))}};  // shows none
    world.gateways.right.web = {{kList, list_with({{}})}};
    if (!by_list) world.gateways.right.web = {{kResponder, revoked_response()}};
    CHECK(world.outcome() == "authentication_refused");
    world.gateways.wire.run_for(std::chrono::minutes(6));
    world.gateways.left.web = {{kResponder, response()}};  // from before, and good
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.gateways.right.count(Reason::CertificateRevoked) == 2);
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
    world.gateways.wire.run_for(std::chrono::minutes(3));
    CHECK(world.gateways.left.outcome(operation) == "revocation_unknown");
    CHECK(world.gateways.left.fetches.size() == 8);
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

TEST_CASE("an answer counts for the next ones as long as it says", "[engine][rfc5280-6.3]") {
    World world({asked_of(kList, {})}, {.own = b(), .revocation = strict});
    Host& right = world.gateways.right;
    right.web = {{kList, list_with({})}};
    CHECK(world.outcome() == "ok");
    const auto again = [&] {
        const auto id = world.gateways.left.sas().at(0)->sa().id;
        world.gateways.wire.feed(world.gateways.left, ike::Clear{ike::OperationId{900}, id});
        world.gateways.wire.run_for(std::chrono::seconds(1));
        return world.outcome();
    };
    CHECK(again() == "ok");
    CHECK(right.fetches.size() == 1);
    CrlFields later;
    later.this_update = kTestNow + std::chrono::days(1);
    later.next_update = kTestNow + std::chrono::days(3);
    right.web[kList] = crl_der(later, root());
    world.gateways.wire.run_for(std::chrono::hours(25));
    CHECK(again() == "ok");
    CHECK(right.fetches.size() == 2);
}

TEST_CASE("a failure is asked for again after five minutes, and not for each handshake", "[engine][rfc5280-6.3]") {
    World world({asked_of(kList, {})}, {.own = b(), .revocation = strict});
    Host& right = world.gateways.right;
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.outcome() == "authentication_refused");
    CHECK(right.fetches.size() == 1);
    right.web = {{kList, list_with({})}};
    world.gateways.wire.run_for(std::chrono::seconds(301));
    CHECK(world.outcome() == "ok");
    CHECK(right.fetches.size() == 2);
}

TEST_CASE("what a list has revoked stays revoked when it is over and cannot be had", "[engine][rfc5280-6.3]") {
    World world({asked_of(kList, {})}, {.own = b(), .revocation = relaxed});
    world.gateways.right.web = {{kList, list_with({{}})}};
    for (int day = 0; day < 3; ++day) {
        CHECK(world.outcome() == "authentication_refused");
        CHECK(world.gateways.right.count(Reason::CertificateRevoked) == static_cast<std::uint64_t>(day) + 1);
        world.gateways.right.web.clear();
        world.gateways.wire.run_for(std::chrono::hours(25));
    }
}

TEST_CASE("a good answer is not good any more when it is over and cannot be had", "[engine][rfc6960-4]") {
    const bool by_list = GENERATE(true, false);
    World world({by_list ? asked_of(kList, {}) : asked_of({}, kResponder)}, {.own = b(), .revocation = strict});
    world.gateways.right.web = {{kList, list_with({})}, {kResponder, response()}};
    CHECK(world.outcome() == "ok");
    world.gateways.wire.feed(world.gateways.left,
                             ike::Clear{ike::OperationId{900}, world.gateways.left.sas().at(0)->sa().id});
    world.gateways.right.web.clear();
    world.gateways.wire.run_for(std::chrono::hours(25));
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.refused_by_right(Reason::RevocationUnknown));
}

TEST_CASE("so many questions are out, and the next has its answer at once", "[engine][hostile-d10]") {
    ikev2::sa::Enquiries enquiries;
    const auto question = [](std::size_t number) { return ike::Fetch{"http://ca.example/" + std::to_string(number)}; };
    for (std::size_t i = 0; i < ikev2::sa::Enquiries::kMostOpen; ++i) {
        CHECK(enquiries.ask(question(i), ike::IkeSaId{i + 1}, {}));
    }
    CHECK(enquiries.ask(question(0), ike::IkeSaId{5000}, {}));
    CHECK_FALSE(enquiries.ask(question(9999), ike::IkeSaId{5001}, {}));
    CHECK(enquiries.find(question(9999)) == nullptr);
    CHECK(enquiries.take_questions().size() == ikev2::sa::Enquiries::kMostOpen);
    CHECK(enquiries.answer(ike::Fetched{question(0).uri, {}, base::Bytes{}}, {}).size() == 2);
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
