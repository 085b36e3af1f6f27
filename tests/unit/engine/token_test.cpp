// Signatures that a token makes: nobody waits for them but the IKE SA that they are for (RFC 7296 2.15).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/certified.h"

namespace xfrmd::tests {

namespace {

using ikev2::sa::Enquiries;

// What this host's token has been asked for is signed, and told.
void sign(World& world, Host& host, const End& end) {
    SeededRandom random(5);
    const auto key = crypto::PrivateKey::load(end.key.pkcs8(), nullptr, random);
    for (const ike::Sign& asked : std::exchange(host.signatures, {})) {
        CHECK(asked.key == key->public_key().key_id());
        auto signature = key->sign(asked.scheme, asked.format, asked.message, random);
        world.gateways.wire.feed(host, ike::Signed{asked.id, std::move(signature)});
    }
    world.gateways.wire.run_for(std::chrono::seconds(1));
}

constexpr PhaseId kProving = PhaseId::proving;

}  // namespace

TEST_CASE("a token signs for an initiator and for a responder", "[engine][rfc7296-2.15]") {
    World world({.own = a(), .has_token = true}, {.own = b(), .has_token = true});
    const auto operation = world.gateways.connect();
    REQUIRE(world.gateways.left.sas().size() == 1);
    CHECK(world.gateways.left.sas()[0]->phase_id() == kProving);
    sign(world, world.gateways.left, a());
    CHECK(world.gateways.left.outcome(operation) == "running");
    sign(world, world.gateways.right, b());
    CHECK(world.gateways.left.outcome(operation) == "ok");
    CHECK(world.gateways.disagreement().empty());
    CHECK(world.gateways.left.established() == 1);
}

TEST_CASE("an initiator waits for one thing after the other", "[engine][rfc4806-3]") {
    CertificateFields fields;
    fields.subject = "CN=a.example";
    fields.names = {"a.example"};
    fields.ocsp_uri = "http://ocsp.example/";
    const End shown{small_key(21), make_certificate(fields, small_key(21), root())};
    World world({.own = shown, .has_token = true}, {.own = b(), .ocsp = policy::OcspInIke::request});
    Host& left = world.gateways.left;
    left.web = {{fields.ocsp_uri, ocsp_der({}, root(), root().key)}};
    const auto operation = world.gateways.connect();
    CHECK(left.sas()[0]->phase_id() == kProving);
    CHECK(left.fetches.size() == 1);
    CHECK(left.signatures.size() == 1);
    sign(world, left, shown);
    CHECK(left.outcome(operation) == "ok");
    CHECK(world.gateways.right.fetches.empty());
}

TEST_CASE("while a token signs an initiator repeats nothing, and hears nothing", "[engine][rfc7296-2.1]") {
    World world({.own = a(), .has_token = true}, {b()});
    Host& left = world.gateways.left;
    const auto operation = world.gateways.connect();
    const std::size_t sent = left.sent.size();
    const Parcel answer = world.gateways.right.sent.back();
    world.gateways.wire.run_for(std::chrono::seconds(8));
    world.gateways.wire.feed(left, ike::Datagram{answer.to, answer.from, answer.bytes});
    CHECK(left.sent.size() == sent);
    CHECK(left.sas()[0]->phase_id() == kProving);
    sign(world, left, a());
    CHECK(left.outcome(operation) == "ok");
}

TEST_CASE("a token that fails, or never answers, ends the attempt", "[engine][rfc7296-2.15]") {
    const bool fails = GENERATE(true, false);
    World world({.own = a(), .has_token = true}, {b()});
    Host& left = world.gateways.left;
    const auto operation = world.gateways.connect();
    REQUIRE(left.signatures.size() == 1);
    if (fails) {
        world.gateways.wire.feed(
            left, ike::Signed{left.signatures[0].id, base::fail(Reason::SigningFailed, "it was pulled out")});
    }
    world.gateways.wire.run_for(Enquiries::kPatience + std::chrono::seconds(1));
    CHECK(left.outcome(operation) == "signing_failed");
    CHECK(left.sas().empty());
}

TEST_CASE("a responder whose token fails refuses", "[engine][rfc7296-2.21.2]") {
    World world({a()}, {.own = b(), .has_token = true});
    Host& right = world.gateways.right;
    const auto operation = world.gateways.connect();
    REQUIRE(right.signatures.size() == 1);
    world.gateways.wire.feed(right,
                             ike::Signed{right.signatures[0].id, base::fail(Reason::SigningFailed, "no session")});
    world.gateways.wire.run_for(std::chrono::seconds(1));
    CHECK(world.gateways.left.outcome(operation) == "authentication_refused");
    CHECK(world.refused_by_right(Reason::SigningFailed));
    CHECK(right.sas().empty());
}

TEST_CASE("an answer to another question signs nothing", "[engine][rfc7296-2.15]") {
    World world({.own = a(), .has_token = true}, {b()});
    Host& left = world.gateways.left;
    (void)world.gateways.connect();
    world.gateways.wire.feed(left, ike::Signed{ike::SignatureId{77}, base::Bytes(64)});
    CHECK(left.sas()[0]->phase_id() == kProving);
}

TEST_CASE("what is cleared while a token signs is gone", "[engine][rfc7296-2.4]") {
    World world({.own = a(), .has_token = true}, {b()});
    Host& left = world.gateways.left;
    const auto operation = world.gateways.connect();
    world.gateways.wire.feed(left, ike::Clear{ike::OperationId{900}, left.sas()[0]->sa().id});
    CHECK(left.sas().empty());
    CHECK(left.failed(operation));
    sign(world, left, a());
    CHECK(left.sas().empty());
}

}  // namespace xfrmd::tests
