// IKE SAs between gateways that prove who they are with certificates (RFC 7296 3.6, 3.7; RFC 4945).
#include <catch2/catch_test_macros.hpp>

#include "tests/support/der.h"
#include "tests/unit/engine/certified.h"

namespace xfrmd::tests {

TEST_CASE("certificates of a CA that both know are enough", "[engine][rfc7296-3.6][rfc7296-3.7]") {
    World world({a()}, {b()});
    CHECK(world.outcome() == "ok");
    CHECK(world.gateways.disagreement().empty());
}

TEST_CASE("who has a CA in between sends it along", "[engine][rfc7296-3.6]") {
    CertificateFields fields = authority_fields("CN=middle");
    const Certificate between = make_certificate(fields, middle().key, root());
    const End below = end_of("a.example", 13, middle());
    World world({below, {make_root(root()), between}}, {b()});
    CHECK(world.outcome() == "ok");
    const End shouted = end_of("a.example", 13, {"CN=MIDDLE", middle().key});  // the same name (RFC 5280 7.1)
    CHECK(World({shouted, {make_root(root()), between}}, {b()}).outcome() == "ok");
    World without({below, {make_root(root())}}, {b()});
    CHECK(without.outcome() == "authentication_refused");
    CHECK(without.refused_by_right(Reason::CertificateUntrusted));
}

TEST_CASE("a certificate is sent where it is asked for, or always", "[engine][rfc7296-3.7]") {
    CHECK(World({a()}, {.own = b(), .send_certreq = false}).outcome() == "authentication_refused");
    CHECK(World({.own = a(), .send_cert = SendCertificate::never}, {b()}).outcome() == "authentication_refused");
    CHECK(World({.own = a(), .send_cert = SendCertificate::always}, {.own = b(), .send_certreq = false}).outcome() ==
          "ok");
}

TEST_CASE("a connection is asked for that is not the first with its proposals", "[engine][rfc7296-3.7]") {
    const auto snapshot_of = with_certificates(mirrored({}), {b()});
    policy::Configuration configuration;
    ConnectionWords by_secret = mirrored({});
    by_secret.name = "by-secret";
    by_secret.remote_id = "c.example";
    configuration.connections = {connection(by_secret), snapshot_of->connections().at(0)};
    SeededRandom random(7);
    crypto::Credentials::Parts parts;
    parts.certificates = {b().certificate};
    parts.authorities = {make_root(root())};
    parts.private_keys.push_back(*crypto::PrivateKey::load(b().key.pkcs8(), nullptr, random));
    configuration.credentials = *crypto::Credentials::make(std::move(parts), {configuration.connections.at(1).remote});
    Gateways world(with_certificates({}, {a()}), policy::IndexedConfiguration::of(std::move(configuration)));
    set_clock(world);
    CHECK(world.left.outcome(world.connect()) == "ok");
}

TEST_CASE("a request for certificates of any size only says which one goes", "[engine][rfc7296-3.7][hostile-d9]") {
    constexpr std::uint8_t kX509 = 4;
    const crypto::Sha1 wanted = make_root(root()).public_key().info_hash();
    base::Bytes many(20 * 3000, 7);
    many.insert(many.end(), wanted.begin(), wanted.end());
    for (const wire::CertificateRequest& request :
         {wire::CertificateRequest{kX509, many}, {kX509, {}}, {kX509, base::Bytes(33, 1)}, {200, base::Bytes(20, 1)}}) {
        Side side{a()};
        side.peer_has_secret = true;
        Lonely lonely(with_certificates({}, side));
        lonely.begin();
        auto payloads = lonely.peer.auth_request();
        payloads.insert(payloads.begin() + 1, request);
        const auto answers = lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, payloads));
        REQUIRE(answers.size() == 1);
        const auto answer = lonely.peer.open(answers[0]);
        REQUIRE(answer);
        REQUIRE(answer->certificates.size() == 1);
        CHECK(answer->certificates[0].data == a().certificate.der());
        CHECK(lonely.host.established() == 1);
    }
}

TEST_CASE("nobody is told that certificates may come by hash and URL", "[engine][rfc7296-3.6]") {
    constexpr auto kLookup = wire::NotifyType::http_cert_lookup_supported;
    Lonely caller(with_certificates({}, {a()}));
    caller.be_called();
    REQUIRE(caller.auth_request.auth);
    CHECK(caller.auth_request.find(kLookup) == nullptr);
    Side side{a()};
    side.peer_has_secret = true;
    Lonely called(with_certificates({}, side));
    called.begin();
    const auto answers =
        called.tell(called.peer.protect(wire::ExchangeType::ike_auth, 1, false, called.peer.auth_request()));
    REQUIRE(answers.size() == 1);
    const auto answer = called.peer.open(answers[0]);
    REQUIRE(answer);
    CHECK(answer->find(kLookup) == nullptr);
}

TEST_CASE("a peer whose certificate is known need not send it, nor have a CA", "[engine][rfc7296-3.6]") {
    const Side silent{.own = a(), .known = {b().certificate}, .send_cert = SendCertificate::never};
    const Side knows{.own = b(), .authorities = {}, .known = {a().certificate}, .send_cert = SendCertificate::always};
    CHECK(World(silent, knows).outcome() == "ok");
}

TEST_CASE("a certificate has to name who shows it", "[engine][hostile-d5]") {
    World world({end_of("c.example", 14)}, {b()});
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.refused_by_right(Reason::AuthenticationFailed));
}

TEST_CASE("a certificate counts while it is valid, and of CAs that are trusted", "[engine][rfc4945-5]") {
    World expired({end_of("a.example", 15, root(), kTestNow - std::chrono::hours(1))}, {b()});
    CHECK(expired.outcome() == "authentication_refused");
    CHECK(expired.refused_by_right(Reason::CertificateUntrusted));
    World stranger({end_of("a.example", 16, {"CN=root", small_key(99)})}, {b()});
    CHECK(stranger.outcome() == "authentication_refused");
}

TEST_CASE("certs and cacerts of the remote side limit whose certificate counts", "[engine][rfc7296-3.6]") {
    const TestIssuer other{"CN=other", small_key(3)};
    const std::vector<Certificate> both{make_root(root()), make_root(other)};
    CHECK(World({a()}, {.own = b(), .authorities = both, .cacerts = {make_root(root())}}).outcome() == "ok");
    World wrong_ca({a()}, {.own = b(), .authorities = both, .cacerts = {make_root(other)}});
    CHECK(wrong_ca.outcome() == "authentication_refused");
    CHECK(wrong_ca.refused_by_right(Reason::CertificateUntrusted));
    CHECK(World({a()}, {.own = b(), .pinned = {a().certificate}}).outcome() == "ok");  // known, if not asked for
    const Side sends{.own = a(), .send_cert = SendCertificate::always};
    CHECK(World(sends, {.own = b(), .authorities = {}, .pinned = {a().certificate}}).outcome() == "ok");
    CHECK(World(sends, {.own = b(), .pinned = {end_of("a.example", 17).certificate}}).outcome() ==
          "authentication_refused");
}

TEST_CASE("auth is asked of the signatures of certificates as well", "[engine][rfc7427-4]") {
    CHECK(World({a()}, {.own = b(), .peer_auth = "ecdsa-256-sha256"}).outcome() == "ok");
    World world({a()}, {.own = b(), .peer_auth = "ecdsa-256-sha384"});
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.refused_by_right(Reason::CertificateUntrusted));
}

TEST_CASE("ca_id wants a CA of that name on the way", "[engine][rfc5280-6.1]") {
    CHECK(World({a()}, {.own = b(), .ca_id = "CN=root"}).outcome() == "ok");
    for (const Side& side : {Side{.own = b(), .ca_id = "CN=other"}, Side{.own = b(), .ca_id = "CN=a.example"},
                             Side{.own = b(), .pinned = {a().certificate}, .ca_id = "CN=root"}}) {
        World world({a()}, side);
        CHECK(world.outcome() == "authentication_refused");
        CHECK(world.refused_by_right(Reason::CertificateUntrusted));
    }
}

TEST_CASE("cert_policy wants one of its policies to hold", "[engine][rfc5280-6.1.3]") {
    CertificateFields fields;
    fields.subject = "CN=a.example";
    fields.names = {"a.example"};
    fields.extensions.push_back({oid({0x55, 0x1d, 32}), sequence({sequence({oid({0x2a, 3, 1})})})});
    const TestKey key = small_key(11);
    const End with_policy{key, make_certificate(fields, key, root())};
    CHECK(World({with_policy}, {.own = b(), .cert_policy = {"1.2.3.2", "1.2.3.1"}}).outcome() == "ok");
    CHECK(World({with_policy}, {.own = b(), .cert_policy = {"1.2.3.2"}}).outcome() == "authentication_refused");
    World world({a()}, {.own = b(), .cert_policy = {"1.2.3.1"}});
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.refused_by_right(Reason::CertificateUntrusted));
}

TEST_CASE("a certificate on its CA's list counts no more, however old the list is", "[engine][rfc5280-6.3]") {
    CrlFields revoked;
    revoked.entries = {{}};
    CrlFields old = revoked;
    old.this_update = kTestNow - std::chrono::days(20);
    old.next_update = kTestNow - std::chrono::days(10);
    old.entries[0].since = kTestNow - std::chrono::days(21);
    for (const CrlFields& list : {revoked, old}) {
        World world({a()}, {.own = b(), .lists = {list}});
        CHECK(world.outcome() == "authentication_refused");
        CHECK(world.refused_by_right(Reason::CertificateRevoked));
    }
}

TEST_CASE("one that is trusted as it is may be revoked all the same", "[engine][rfc5280-6.3]") {
    CrlFields revoked;
    revoked.entries = {{}};
    World world({a()}, {.own = b(), .known = {a().certificate}, .lists = {revoked}});
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.refused_by_right(Reason::CertificateRevoked));
}

TEST_CASE("the least bits of auth are asked of CAs as well", "[engine][rfc7427-4]") {
    World world({a()}, {.own = b(), .peer_auth = "ed25519-ecdsa-384"});
    CHECK(world.outcome() == "authentication_refused");
}

TEST_CASE("of connections that fit alike the one counts whose CA it is", "[engine][rfc7296-1.2]") {
    const TestIssuer other{"CN=other", small_key(3)};
    const Certificate both[] = {make_root(root()), make_root(other)};
    SeededRandom random(7);
    std::vector<policy::Connection> connections;
    crypto::Credentials::Parts parts;
    std::vector<policy::AuthRound> rounds;
    for (const Certificate& authority : {both[1], both[0]}) {
        policy::Connection gw = connection(mirrored({}));
        gw.name = authority.to_string();
        gw.local.auth = gw.remote.auth = policy::AuthMethod::pubkey;
        gw.local.certificates = {b().certificate.fingerprint()};
        gw.remote.authorities = {authority.fingerprint()};
        parts.authorities.push_back(authority);
        rounds.push_back(gw.remote);
        connections.push_back(std::move(gw));
    }
    parts.certificates = {b().certificate};
    parts.private_keys.push_back(*crypto::PrivateKey::load(b().key.pkcs8(), nullptr, random));
    policy::Configuration configuration;
    configuration.credentials = *crypto::Credentials::make(std::move(parts), rounds);
    configuration.connections = std::move(connections);
    Gateways world(with_certificates({}, {a()}), policy::IndexedConfiguration::of(std::move(configuration)));
    set_clock(world);
    CHECK(world.left.outcome(world.connect()) == "ok");
    CHECK(world.right.sas().at(0)->sa().connection_name() == both[0].to_string());
}

TEST_CASE("what nothing is known of is judged as revocation says", "[engine][rfc5280-6.3]") {
    using enum policy::Revocation;
    const CrlFields nothing_revoked;
    const auto outcome = [](const End& peer, policy::Revocation revocation, std::vector<CrlFields> lists) {
        return World({peer}, {.own = b(), .revocation = revocation, .lists = std::move(lists)}).outcome();
    };
    CHECK(outcome(a(), strict, {nothing_revoked}) == "ok");
    CHECK(outcome(a(), strict, {}) == "authentication_refused");
    CHECK(outcome(a(), if_uri, {}) == "ok");
    const End says_where = end_of("a.example", 18, root(), kTestNow + std::chrono::days(30), "http://ca.example/crl");
    CHECK(outcome(says_where, if_uri, {}) == "authentication_refused");
    CHECK(outcome(says_where, if_uri, {nothing_revoked}) == "ok");
    CHECK(outcome(says_where, relaxed, {}) == "ok");
    World world({a()}, {.own = b(), .revocation = strict});
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.refused_by_right(Reason::RevocationUnknown));
}

}  // namespace xfrmd::tests
