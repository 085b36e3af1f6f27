// NULL authentication (RFC 7619): where the connection says so and nowhere else, and what nobody in particular cannot
// do.
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

using wire::NotifyType;
constexpr auto kNull = policy::AuthMethod::null;

policy::Connection with_null(const ConnectionWords& words, bool local, bool remote) {
    policy::Connection gw = connection(words);
    for (policy::AuthRound* round : {&gw.local, &gw.remote}) {
        if (!(round == &gw.local ? local : remote)) continue;
        round->auth = kNull;
        round->id = policy::Identity::null();
    }
    return gw;
}

const std::vector<SecretWords> kSecrets{{kSecret, {}}};

policy::Snapshot side(const ConnectionWords& words, bool local, bool remote) {
    return snapshot({with_null(words, local, remote)}, kSecrets);
}

// A hub for whoever calls, and callers that are nobody.
struct Hub {
    explicit Hub(policy::Unique unique = policy::Unique::no)
        : host(wire.add("192.0.2.1", side({.remote = "", .remote_id = "", .unique = unique}, false, true))) {}

    std::string call(const std::string& from) {
        Host& caller = wire.add(from, side(mirrored({.remote = from}), true, false));
        const auto operation = wire.initiate(caller, "192.0.2.1");
        wire.settle();
        return caller.outcome(operation);
    }

    VirtualWire wire;
    Host& host;
};

// IKE_AUTH with NULL of a peer that calls itself this.
Payloads null_request(const ScriptedPeer& peer, const policy::Identity& id) {
    Payloads payloads = peer.auth_request();
    std::get<wire::IdentificationInitiator>(payloads.at(0)).identity = id;
    for (wire::Payload& payload : payloads) {
        if (auto* auth = std::get_if<wire::Authentication>(&payload)) *auth = peer.null_auth(id);
    }
    return payloads;
}

}  // namespace

TEST_CASE("either side may remain unknown, or both", "[engine][rfc7619-2]") {
    for (const auto& [left, right] : {std::pair(true, false), std::pair(false, true), std::pair(true, true)}) {
        Gateways gateways(side({}, left, right), side(mirrored({}), right, left));
        CHECK(gateways.left.outcome(gateways.connect()) == "ok");
        const auto* established = gateways.right.sas().at(0)->established();
        CHECK(established->remote_id == (left ? policy::Identity::null() : identity("a.example")));
        CHECK(established->local_id == (right ? policy::Identity::null() : identity("b.example")));
        CHECK(gateways.disagreement().empty());
    }
}

TEST_CASE("who proves nothing is nobody, and AUTH is by SK_p", "[engine][rfc7619-2.1][rfc7619-2.2]") {
    Lonely lonely(side({}, true, false));
    lonely.be_called();
    CHECK(lonely.auth_request.id_i->identity.type == policy::IdentityType::null);
    CHECK(lonely.auth_request.id_i->identity.data.empty());
    CHECK(lonely.auth_request.auth->method == wire::AuthMethodId::null);
    CHECK(lonely.auth_request.find(NotifyType::initial_contact) == nullptr);

    Lonely called(side({}, false, true));
    called.begin();
    called.tell(called.peer.protect(wire::ExchangeType::ike_auth, 1, false,
                                    null_request(called.peer, policy::Identity::null())));
    CHECK(called.host.established() == 1);
}

TEST_CASE("NULL is refused where it is not configured", "[engine][rfc7619-2][hostile-d2]") {
    for (const std::string remote_id : {"b.example", ""}) {
        Lonely lonely(ConnectionWords{.remote_id = remote_id});
        lonely.begin();
        const auto answer = lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false,
                                                            null_request(lonely.peer, policy::Identity::null())));
        CHECK(lonely.peer.open(answer.at(0))->error()->type == NotifyType::authentication_failed);
        CHECK(lonely.host.sas().empty());
    }
    Lonely known;
    known.begin();
    const auto answer = known.tell(
        known.peer.protect(wire::ExchangeType::ike_auth, 1, false, null_request(known.peer, identity("b.example"))));
    CHECK(known.peer.open(answer.at(0))->error()->type == NotifyType::authentication_failed);
    CHECK(known.host.count(Reason::AuthenticationMethodUnacceptable) == 1);

    for (const auto& who : {policy::Identity::null(), identity("b.example")}) {
        Lonely caller;
        const auto operation = caller.be_called();
        Payloads response = caller.peer.auth_response(caller.auth_request);
        std::get<wire::IdentificationResponder>(response.at(0)).identity = who;
        response.at(1) = caller.peer.null_auth(who);
        caller.tell(caller.peer.protect(wire::ExchangeType::ike_auth, 1, true, response));
        CHECK(caller.host.failed(operation));
        CHECK(caller.host.sas().empty());
    }
}

TEST_CASE("where NULL is configured, nothing else is", "[engine][rfc7619-2][hostile-d2]") {
    Lonely lonely(side({}, false, true));
    lonely.begin();
    SECTION("a name with NULL") {
        lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false,
                                        null_request(lonely.peer, identity("b.example"))));
    }
    SECTION("a pre-shared key") {
        lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, lonely.peer.auth_request()));
    }
    SECTION("another AUTH than that of the keys") {
        Payloads request = null_request(lonely.peer, policy::Identity::null());
        for (wire::Payload& payload : request) {
            if (auto* auth = std::get_if<wire::Authentication>(&payload)) auth->data.at(0) ^= 1;
        }
        lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, request));
        CHECK(lonely.host.count(Reason::AuthenticationFailed) == 1);
    }
    CHECK(lonely.host.sas().empty());
}

TEST_CASE("nobody in particular ends nothing of anybody", "[engine][rfc7619-2.3]") {
    using policy::Unique;
    for (const Unique unique : {Unique::no, Unique::replace, Unique::keep}) {
        Hub hub(unique);
        CHECK(hub.call("192.0.2.11") == "ok");
        CHECK(hub.call("192.0.2.12") == "ok");
        CHECK(hub.host.established() == 2);
    }
    Lonely lonely(side({.remote = "", .remote_id = ""}, false, true));
    const auto announce = [&](ScriptedPeer& peer) {
        peer.take_init_response(lonely.tell(peer.init_request()).at(0));
        Payloads request = null_request(peer, policy::Identity::null());
        request.emplace_back(notify(NotifyType::initial_contact));
        lonely.tell(peer.protect(wire::ExchangeType::ike_auth, 1, false, request));
    };
    ScriptedPeer other(8);
    announce(lonely.peer);
    announce(other);
    lonely.wire.run_for(std::chrono::seconds(30));
    CHECK(lonely.host.established() == 2);
}

TEST_CASE("who is known goes to its own connection, and nobody to that for nobody", "[engine][rfc7619-2.4]") {
    policy::Connection known = connection({.remote = "", .remote_id = ""});
    known.name = "known";
    policy::Connection open = with_null({.remote = "", .remote_id = ""}, false, true);
    open.name = "open";
    for (const bool is_known : {true, false}) {
        Lonely lonely(snapshot({open, known}, kSecrets));
        lonely.begin();
        const auto request =
            is_known ? lonely.peer.auth_request() : null_request(lonely.peer, policy::Identity::null());
        lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, request));
        REQUIRE(lonely.host.established() == 1);
        CHECK(lonely.sa()->sa().connection_name() == (is_known ? "known" : "open"));
    }
}

}  // namespace xfrmd::tests
