// IKE SAs without a first child (RFC 6023), as initiator and as responder, and who refuses them.
#include "tests/unit/engine/hostile.h"

#include <catch2/generators/catch_generators.hpp>

namespace xfrmd::tests {

namespace {

using policy::Childless;

constexpr auto kAuth = wire::ExchangeType::ike_auth;
constexpr auto kSupported = wire::NotifyType::childless_ikev2_supported;

ConnectionWords with(Childless childless) { return {.childless = childless}; }

// IDi, IDr, AUTH.
Payloads childless_request(const ScriptedPeer& peer) {
    Payloads payloads = peer.auth_request();
    payloads.resize(3);
    return payloads;
}

// The engine initiates, and the peer answers IKE_SA_INIT, with the notify or without.
struct Called : Lonely {
    Called(Childless childless, bool peer_can) : Lonely(with(childless)) {
        operation = wire.initiate(host, "192.0.2.2");
        wire.settle();
        peer.after_init = peer_can ? Payloads{notify(kSupported)} : Payloads{};
        const auto sent = tell(peer.answer_init(host.sent.back().bytes));
        if (!sent.empty()) request = peer.open(sent.at(0));
    }
    std::vector<base::Bytes> answer(const Payloads& payloads) { return tell(peer.protect(kAuth, 1, true, payloads)); }

    std::uint64_t operation = 0;
    std::optional<wire::Payloads> request;
};

}  // namespace

TEST_CASE("childless says in IKE_SA_INIT what a responder takes", "[engine][rfc6023-3]") {
    const Childless childless = GENERATE(Childless::allow, Childless::prefer, Childless::force, Childless::never);
    Lonely lonely(with(childless));
    const auto answer = read(lonely.tell(lonely.peer.init_request()).at(0));
    const wire::Notify* said = answer.clear.find(kSupported);
    REQUIRE((said != nullptr) == (childless != Childless::never));
    if (said != nullptr) CHECK(*said == notify(wire::NotifyType{16418}));
}

TEST_CASE("a peer gets an IKE SA without a child, and its child later", "[engine][rfc6023-3]") {
    Lonely lonely(with(GENERATE(Childless::allow, Childless::prefer, Childless::force)));
    lonely.begin();
    const auto answer =
        lonely.peer.open(lonely.tell(lonely.peer.protect(kAuth, 1, false, childless_request(lonely.peer))).at(0));
    CHECK(lonely.host.established() == 1);
    CHECK(answer->auth);
    CHECK_FALSE(answer->sa);
    CHECK_FALSE(answer->ts_i);
    CHECK(answer->notifies.empty());
    CHECK(lonely.host.kernel.children().empty());
    const Payloads child{ScriptedPeer::esp_offer(0xc0ffee02), wire::Nonce{base::Bytes(32, 3)},
                         lonely.peer.own_selectors(), lonely.peer.engine_selectors()};
    lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 2, false, child));
    CHECK(lonely.host.kernel.children().size() == 1);
    CHECK(lonely.host.counted() == 0);
}

TEST_CASE("a peer that wants what childless does not allow gets no IKE SA", "[engine][rfc6023-3]") {
    const bool never = GENERATE(true, false);
    Lonely lonely(with(never ? Childless::never : Childless::force));
    lonely.begin();
    const Payloads request = never ? childless_request(lonely.peer) : lonely.peer.auth_request();
    check_ended(lonely, never ? Reason::PayloadMissing : Reason::PayloadUnexpected,
                [&] { lonely.tell(lonely.peer.protect(kAuth, 1, false, request)); });
    CHECK(lonely.peer.open(lonely.host.sent.back().bytes)->notifies ==
          std::vector{notify(wire::NotifyType::invalid_syntax)});
}

TEST_CASE("who has not proven who it is does not hear what childless allows", "[engine][rfc6023-3]") {
    Lonely lonely(with(Childless::never));
    lonely.begin();
    lonely.peer.secret = "guess";
    check_ended(lonely, Reason::AuthenticationFailed,
                [&] { lonely.tell(lonely.peer.protect(kAuth, 1, false, childless_request(lonely.peer))); });
}

TEST_CASE("an initiator asks without a child where it wants to and the peer can", "[engine][rfc6023-3]") {
    struct Row {
        Childless childless;
        bool peer_can;
        bool goes_without;
    };
    const auto row = GENERATE(values<Row>({{Childless::allow, true, false},
                                           {Childless::never, true, false},
                                           {Childless::prefer, false, false},
                                           {Childless::prefer, true, true},
                                           {Childless::force, true, true}}));
    Called lonely(row.childless, row.peer_can);
    REQUIRE(lonely.request);
    CHECK(lonely.request->auth);
    CHECK(lonely.request->sa.has_value() != row.goes_without);
    CHECK(lonely.request->ts_i.has_value() != row.goes_without);
    CHECK(lonely.host.outcome(lonely.operation) == "running");
    if (!row.goes_without) return;
    const auto sent = lonely.answer({wire::IdentificationResponder{{identity("b.example"), 0}}, lonely.peer.auth()});
    CHECK(lonely.host.established() == 1);
    REQUIRE(sent.size() == 1);
    CHECK(read(sent.at(0)).header.exchange == wire::ExchangeType::create_child_sa);
    CHECK(lonely.peer.open(sent.at(0))->ts_i);
    CHECK(lonely.host.outcome(lonely.operation) == "running");
}

TEST_CASE("with childless = force a peer that cannot is waited for, and given up", "[engine][rfc6023-3]") {
    Called lonely(Childless::force, false);
    CHECK_FALSE(lonely.request);
    CHECK(lonely.host.outcome(lonely.operation) == "running");
    lonely.wire.run_for(seconds(200));
    CHECK(lonely.host.outcome(lonely.operation) == base::name(Reason::PeerRefused));
    CHECK(lonely.host.sas().empty());
}

TEST_CASE("a child that was not asked for ends the attempt", "[engine][rfc6023-3]") {
    Called lonely(Childless::prefer, true);
    wire::Payloads asked;
    asked.ts_i = lonely.peer.engine_selectors();
    asked.ts_r = lonely.peer.own_selectors();
    check_ended(lonely, Reason::PayloadUnexpected, [&] { lonely.answer(lonely.peer.auth_response(asked)); });
    CHECK(lonely.host.outcome(lonely.operation) == base::name(Reason::PayloadUnexpected));
    CHECK(lonely.peer.open(lonely.host.sent.back().bytes)->deletes.size() == 1);
}

TEST_CASE("an attempt without a child that is cleared or refused tells who waits", "[engine][rfc6023-3]") {
    Called lonely(Childless::prefer, true);
    SECTION("cleared") {
        lonely.wire.clear(lonely.host, lonely.sa()->sa().id);
        lonely.wire.run_for(seconds(200));
    }
    SECTION("refused") { lonely.answer({notify(wire::NotifyType::authentication_failed)}); }
    CHECK(lonely.host.failed(lonely.operation));
    CHECK(lonely.host.sas().empty());
}

TEST_CASE("two gateways without a first child have one all the same", "[engine][rfc6023-3]") {
    const auto [left, right] = GENERATE(table<Childless, Childless>({{Childless::prefer, Childless::allow},
                                                                     {Childless::prefer, Childless::never},
                                                                     {Childless::force, Childless::force},
                                                                     {Childless::prefer, Childless::prefer}}));
    ConnectionWords words = with(left);
    words.children.front().esp = "aes128gcm16-x25519";
    ConnectionWords other = words;
    other.childless = right;
    Gateways gateways(words, mirrored(other));
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.left.kernel.children().size() == 1);
    CHECK(gateways.disagreement() == "");
    // With PFS, as it was not made in IKE_AUTH.
    const auto& proposal = gateways.left.sas().at(0)->established()->children.at(0).proposal;
    CHECK(proposal.of(policy::TransformType::key_exchange).empty() == (right == Childless::never));
}

}  // namespace xfrmd::tests
