// What an engine remembers of answers about revocation, and for how long (RFC 5280 6.3, RFC 6960 4).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/support/der.h"
#include "tests/unit/engine/revocable.h"

namespace xfrmd::tests {

namespace {

using enum policy::Revocation;

constexpr const char* kDelta = "http://ca.example/delta.crl";

const base::Bytes kNonsense = base::to_bytes(base::as_bytes("<html>please log in</html>"));

// The next attempt after so much time, without the IKE SA that may be there from the last.
std::string outcome_after(World& world, base::Duration pause) {
    for (const auto* sa : world.gateways.left.sas()) {
        world.gateways.wire.feed(world.gateways.left, ike::Clear{ike::OperationId{900}, sa->sa().id});
    }
    world.gateways.wire.run_for(pause);
    return world.outcome();
}

CertificateFields with_delta() {
    CertificateFields fields;
    fields.subject = "CN=a.example";
    fields.names = {"a.example"};
    fields.crl_uri = kList;
    fields.extensions = {{oid({0x55, 0x1d, 46}), sequence({sequence({der(0xa0, der(0xa0, der_text(0x86, kDelta)))})})}};
    return fields;
}

base::Bytes list_of(CrlFields fields, std::vector<CrlEntryFields> entries) {
    fields.entries = std::move(entries);
    return crl_der(fields, root());
}

}  // namespace

TEST_CASE("what is known to be revoked stays so, whatever the peer shows", "[engine][rfc4806-4.1]") {
    const bool by_list = GENERATE(true, false);
    World world({asked_of(by_list ? kList : "", kResponder)}, {.own = b(), .ocsp = policy::OcspInIke::request});
    world.gateways.left.web = {{kResponder, ocsp_der({}, root(), small_key(77))}};  // shows none
    world.gateways.right.web = {{kList, list_with({{}})}};
    if (!by_list) world.gateways.right.web = {{kResponder, revoked_response()}};
    CHECK(world.outcome() == "authentication_refused");
    world.gateways.wire.run_for(std::chrono::minutes(2));
    world.gateways.left.web = {{kResponder, response()}};  // from before, and good
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.gateways.right.count(Reason::CertificateRevoked) == 2);
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

TEST_CASE("a failure is asked for again after a minute, and not for each handshake", "[engine][rfc5280-6.3]") {
    World world({asked_of(kList, {})}, {.own = b(), .revocation = strict});
    Host& right = world.gateways.right;
    CHECK(world.outcome() == "authentication_refused");
    CHECK(world.outcome() == "authentication_refused");
    CHECK(right.fetches.size() == 1);
    right.web = {{kList, list_with({})}};
    world.gateways.wire.run_for(std::chrono::seconds(61));
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

TEST_CASE("nonsense does not take the place of what revokes", "[engine][rfc5280-6.3]") {
    const bool by_list = GENERATE(true, false);
    World world({by_list ? asked_of(kList, {}) : asked_of({}, kResponder)}, {.own = b(), .revocation = relaxed});
    auto& web = world.gateways.right.web;
    web = {{kList, list_with({{}})}, {kResponder, revoked_response()}};
    CHECK(world.outcome() == "authentication_refused");
    web = {{kList, kNonsense}, {kResponder, kNonsense}};
    CHECK(outcome_after(world, std::chrono::hours(25)) == "authentication_refused");
    CHECK(outcome_after(world, std::chrono::hours(25)) == "authentication_refused");
    CHECK(world.gateways.right.count(Reason::CertificateRevoked) == 3);
    CrlFields later;
    later.this_update = kTestNow + std::chrono::hours(49);
    later.next_update = later.this_update + std::chrono::days(1);
    OcspFields good;
    good.this_update = later.this_update;
    good.next_update = later.next_update;
    web = {{kList, list_of(later, {})}, {kResponder, response(good)}};
    CHECK(outcome_after(world, std::chrono::minutes(2)) == "ok");
}

TEST_CASE("an old list does not take the place of a newer one", "[engine][rfc5280-6.3]") {
    World world({asked_of(kList, {})}, {.own = b(), .revocation = strict});
    CrlFields newer;
    newer.this_update = kTestNow - std::chrono::hours(2);
    newer.next_update = kTestNow + std::chrono::hours(1);
    world.gateways.right.web = {{kList, list_of(newer, {{}})}};
    CHECK(world.outcome() == "authentication_refused");
    world.gateways.right.web = {{kList, list_with({})}};  // from before, and valid for another day
    CHECK(outcome_after(world, std::chrono::hours(2)) == "authentication_refused");
    CHECK(world.gateways.right.fetches.size() == 2);
    CHECK(world.gateways.right.count(Reason::CertificateRevoked) == 2);
}

TEST_CASE("an old response does not take the place of a newer one", "[engine][rfc6960-4]") {
    World world({asked_of({}, kResponder)}, {.own = b(), .revocation = relaxed});
    OcspFields revoking;
    revoking.status = revoked_status(kTestNow - std::chrono::days(1), 1);
    OcspFields good;
    good.this_update = revoking.this_update - std::chrono::hours(1);
    good.next_update = kTestNow + std::chrono::days(7);
    world.gateways.right.web = {{kResponder, response(revoking)}};
    CHECK(world.outcome() == "authentication_refused");
    world.gateways.right.web = {{kResponder, response(good)}};
    CHECK(outcome_after(world, std::chrono::hours(2)) == "authentication_refused");
    CHECK(world.gateways.right.fetches.size() == 2);
    CHECK(world.gateways.right.count(Reason::CertificateRevoked) == 2);
}

TEST_CASE("a good response from before does not outdo a list that revokes", "[engine][rfc5280-6.3]") {
    const bool is_over = GENERATE(true, false);
    World world({asked_of(kList, kResponder)}, {.own = b(), .revocation = relaxed});
    CrlFields newer;
    newer.this_update = kTestNow - std::chrono::minutes(1);
    CrlEntryFields held;
    held.reason = 6;
    world.gateways.right.web = {{kList, list_of(newer, {held})}};
    CHECK(world.outcome() == "authentication_refused");
    OcspFields good;  // an hour old
    good.next_update = kTestNow + std::chrono::days(7);
    world.gateways.right.web = {{kResponder, response(good)}};
    CHECK(outcome_after(world, is_over ? std::chrono::hours(25) : std::chrono::hours(1)) == "authentication_refused");
    CHECK(world.gateways.right.count(Reason::CertificateRevoked) == 2);
}

TEST_CASE("who is on hold comes in again when a delta says so", "[engine][rfc5280-5.2.4]") {
    const TestKey key = small_key(21);
    World world({{key, make_certificate(with_delta(), key, root())}}, {.own = b(), .revocation = strict});
    const auto entry = [](std::uint8_t reason) {
        CrlEntryFields listed;
        listed.reason = reason;
        return listed;
    };
    CrlFields list;
    list.number = 1;
    CrlFields delta;
    delta.number = 2;
    delta.base_number = 1;
    world.gateways.right.web = {{kList, list_of(list, {entry(6)})}, {kDelta, list_of(delta, {entry(8)})}};
    CHECK(world.outcome() == "ok");
    CHECK(outcome_after(world, std::chrono::minutes(1)) == "ok");
}

TEST_CASE("nonsense does not take the place of a delta that revokes", "[engine][rfc5280-5.2.4]") {
    const TestKey key = small_key(21);
    World world({{key, make_certificate(with_delta(), key, root())}}, {.own = b(), .revocation = strict});
    CrlFields list;
    list.number = 1;
    list.next_update = kTestNow + std::chrono::days(7);
    CrlFields delta;
    delta.number = 2;
    delta.base_number = 1;
    auto& web = world.gateways.right.web;
    web = {{kList, list_of(list, {})}, {kDelta, list_of(delta, {{}})}};
    CHECK(world.outcome() == "authentication_refused");
    web[kDelta] = kNonsense;
    CHECK(outcome_after(world, std::chrono::hours(25)) == "authentication_refused");
    CHECK(world.gateways.right.count(Reason::CertificateRevoked) == 2);
}

TEST_CASE("a delta at a list's place does not take it", "[engine][rfc5280-5.2.4]") {
    World world({asked_of(kList, {})}, {.own = b(), .revocation = relaxed});
    auto& web = world.gateways.right.web;
    CrlFields list;
    list.number = 1;
    web = {{kList, list_of(list, {{}})}};
    CHECK(world.outcome() == "authentication_refused");
    CrlFields delta;
    delta.number = 2;
    delta.base_number = 1;
    delta.this_update = kTestNow + std::chrono::hours(24);
    delta.next_update = kTestNow + std::chrono::days(7);
    web = {{kList, list_of(delta, {})}};
    CHECK(outcome_after(world, std::chrono::hours(25)) == "authentication_refused");
    CHECK(world.gateways.right.count(Reason::CertificateRevoked) == 2);
    list.this_update = kTestNow + std::chrono::hours(23);
    list.next_update = kTestNow + std::chrono::days(7);
    web = {{kList, list_of(list, {})}};
    CHECK(outcome_after(world, std::chrono::minutes(2)) == "ok");
}

TEST_CASE("a reload forgets no revocation", "[engine][rfc6960-4]") {
    Side judge{.own = b(), .revocation = relaxed};
    World world({asked_of({}, kResponder)}, judge);
    world.gateways.right.web = {{kResponder, revoked_response()}};
    CHECK(world.outcome() == "authentication_refused");
    OcspFields try_later;
    try_later.response_status = 3;
    world.gateways.right.web = {{kResponder, response(try_later)}};
    CHECK(outcome_after(world, std::chrono::hours(2)) == "authentication_refused");
    world.gateways.wire.feed(world.gateways.right, ike::Reconfigure{with_certificates(mirrored({}), judge)});
    CHECK(outcome_after(world, std::chrono::seconds(1)) == "authentication_refused");
    CHECK(world.gateways.right.count(Reason::CertificateRevoked) == 3);
}

TEST_CASE("a list from before that is of no use is asked for at once", "[engine][rfc5280-6.3]") {
    CrlFields others;
    const base::Bytes forged = crl_der(others, TestIssuer{"CN=root", small_key(77)});
    const base::Bytes kept = GENERATE_COPY(forged, kNonsense);
    World world({asked_of(kList, {})}, {.own = b(), .revocation = strict});
    Host& right = world.gateways.right;
    right.web_answers = false;
    const auto operation = world.gateways.connect();
    world.gateways.wire.feed(right, ike::Fetched{kList, {}, kept, true});
    REQUIRE(right.fetches.size() == 2);
    world.gateways.wire.feed(right, ike::Fetched{kList, {}, list_with({})});
    world.gateways.wire.run_for(std::chrono::seconds(1));
    CHECK(world.gateways.left.outcome(operation) == "ok");
}

TEST_CASE("a late answer counts for the next", "[engine][rfc5280-6.3]") {
    World world({asked_of(kList, {})}, {.own = b(), .revocation = strict});
    Host& right = world.gateways.right;
    right.web_answers = false;
    const auto operation = world.gateways.connect();
    world.gateways.wire.run_for(ikev2::sa::Enquiries::kPatience + std::chrono::seconds(1));
    CHECK(world.gateways.left.outcome(operation) == "authentication_refused");
    world.gateways.wire.feed(right, ike::Fetched{kList, {}, list_with({})});
    CHECK(world.outcome() == "ok");
    CHECK(right.fetches.size() == 1);
}

TEST_CASE("who is trusted as a responder no more is not believed any more", "[engine][rfc6960-4.2.2.2]") {
    const TestIssuer trusted{"CN=responder", small_key(41)};
    Side judge{.own = b(), .revocation = strict, .responders = {make_root(trusted)}};
    World world({asked_of({}, kResponder)}, judge);
    world.gateways.right.web = {{kResponder, ocsp_der({}, root(), trusted.key)}};
    CHECK(world.outcome() == "ok");
    judge.responders.clear();
    world.gateways.wire.feed(world.gateways.right, ike::Reconfigure{with_certificates(mirrored({}), judge)});
    CHECK(outcome_after(world, std::chrono::seconds(1)) == "authentication_refused");
    CHECK(world.refused_by_right(Reason::RevocationUnknown));
}

}  // namespace xfrmd::tests
