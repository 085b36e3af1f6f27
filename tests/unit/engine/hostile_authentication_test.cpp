// Rows D1, D2, D17, D18, D19 of tests/rfc/hostile.md: what may not happen before the peer is authenticated, and AUTH
// that does not do (RFC 7296 1.2, 2.15).
#include "tests/unit/engine/hostile.h"

#include <catch2/generators/catch_generators.hpp>

namespace xfrmd::tests {

namespace {

constexpr auto kAuth = wire::ExchangeType::ike_auth;
constexpr auto kCreate = wire::ExchangeType::create_child_sa;
constexpr auto kInformational = wire::ExchangeType::informational;

struct Early {
    wire::ExchangeType exchange;
    Payloads payloads;
};

std::vector<Early> early_messages(ScriptedPeer& peer) {
    const Payloads child{ScriptedPeer::esp_offer(0xc0ffee06), wire::Nonce{peer.nonce}, peer.own_selectors(),
                         peer.engine_selectors()};
    Payloads rekey = child;
    rekey.insert(rekey.begin(), wire::Notify{policy::ProtocolId::esp, {1, 2, 3, 4}, wire::NotifyType::rekey_sa, {}});
    return {{kCreate, child},
            {kCreate, rekey},
            {kCreate, peer.init_payloads()},
            {kInformational, {}},
            {kInformational, {wire::Delete{policy::ProtocolId::ike, {}}}},
            {kInformational, {notify(wire::NotifyType::authentication_failed)}},
            {kInformational, {wire::Configuration{1, {}}}}};
}

}  // namespace

TEST_CASE("before IKE_AUTH a responder hears nothing else", "[engine][rfc7296-1.2][hostile-d1]") {
    Lonely lonely;
    lonely.begin();
    for (const Early& early : early_messages(lonely.peer)) {
        check_refused(lonely, Reason::NotAuthenticated,
                      [&] { lonely.tell(lonely.peer.protect(early.exchange, 1, false, early.payloads)); });
    }
    CHECK(lonely.sa()->phase_id() == PhaseId::half_open);
    lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request()));
    CHECK(lonely.host.kernel.children().size() == 1);
}

TEST_CASE("before IKE_AUTH is answered an initiator hears nothing else", "[engine][rfc7296-1.2][hostile-d1]") {
    Lonely lonely;
    const auto operation = lonely.be_called();
    for (const Early& early : early_messages(lonely.peer)) {
        check_refused(lonely, Reason::NotAuthenticated,
                      [&] { lonely.tell(lonely.peer.protect(early.exchange, 0, false, early.payloads)); });
        check_refused(lonely, Reason::NotAuthenticated,
                      [&] { lonely.tell(lonely.peer.protect(early.exchange, 1, true, early.payloads)); });
    }
    check_refused(lonely, Reason::NotAuthenticated, [&] {
        lonely.tell(
            lonely.peer.protect_raw(kInformational, 0, false, wire::PayloadType::notify, base::Bytes{0, 0, 0, 1}));
    });
    check_refused(lonely, Reason::ExchangeTypeUnexpected,
                  [&] { lonely.tell(lonely.peer.protect(kAuth, 0, false, lonely.peer.auth_request())); });
    lonely.tell(lonely.peer.protect(kAuth, 1, true, lonely.peer.auth_response(lonely.auth_request)));
    CHECK(lonely.host.outcome(operation) == "ok");
}

TEST_CASE("an established IKE SA is not authenticated again", "[engine][rfc7296-1.2][hostile-d1]") {
    Lonely lonely;
    lonely.establish();
    check_refused(lonely, Reason::ExchangeTypeUnexpected,
                  [&] { lonely.tell(lonely.peer.protect(kAuth, 2, false, lonely.peer.auth_request())); });
}

TEST_CASE("AUTH by another method than a key is refused", "[engine][rfc7296-2.15][hostile-d2]") {
    const auto method = static_cast<wire::AuthMethodId>(GENERATE(0, 1, 3, 9, 12, 13, 14, 200));
    Lonely lonely;
    const bool as_responder = GENERATE(true, false);
    if (as_responder) {
        lonely.begin();
    } else {
        lonely.be_called();
    }
    Payloads payloads = as_responder ? lonely.peer.auth_request() : lonely.peer.auth_response(lonely.auth_request);
    std::get<wire::Authentication>(payloads[as_responder ? 2 : 1]).method = method;
    check_ended(lonely, Reason::AuthenticationMethodUnacceptable,
                [&] { lonely.tell(lonely.peer.protect(kAuth, 1, !as_responder, payloads)); });
    CHECK(lonely.peer.open(lonely.host.sent.back().bytes)->find(wire::NotifyType::authentication_failed) != nullptr);
}

TEST_CASE("AUTH of a wrong value or length is refused", "[engine][rfc7296-2.15][hostile-d2]") {
    Lonely lonely;
    lonely.begin();
    Payloads payloads = lonely.peer.auth_request();
    auto& data = std::get<wire::Authentication>(payloads[2]).data;
    SECTION("empty") { data.clear(); }
    SECTION("cut short") { data.pop_back(); }
    SECTION("too long") { data.push_back(0); }
    SECTION("one bit") { data[0] ^= 0x80; }
    check_ended(lonely, Reason::AuthenticationFailed,
                [&] { lonely.tell(lonely.peer.protect(kAuth, 1, false, payloads)); });
    const auto answer = lonely.peer.open(lonely.host.sent.back().bytes);
    CHECK(answer->find(wire::NotifyType::authentication_failed) != nullptr);
    CHECK_FALSE(answer->id_r);
    CHECK_FALSE(answer->auth);
}

TEST_CASE("a request without AUTH wants EAP and does not get it", "[engine][rfc7296-2.16][hostile-d2]") {
    Lonely lonely;
    lonely.begin();
    Payloads payloads = lonely.peer.auth_request();
    payloads.erase(payloads.begin() + 2);
    check_ended(lonely, Reason::AuthenticationMethodUnacceptable,
                [&] { lonely.tell(lonely.peer.protect(kAuth, 1, false, payloads)); });
}

TEST_CASE("the first failing IKE_AUTH is the last", "[engine][rfc7296-2.21.2][hostile-d18]") {
    Lonely lonely;
    lonely.begin();
    const std::string good = std::exchange(lonely.peer.secret, "guess");
    check_ended(lonely, Reason::AuthenticationFailed,
                [&] { lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request())); });
    lonely.peer.secret = good;
    for (const std::uint32_t id : {1U, 2U, 3U}) {
        check_refused(
            lonely, Reason::UnknownSpi,
            [&] { lonely.tell(lonely.peer.protect(kAuth, id, false, lonely.peer.auth_request())); }, 1);
    }
    CHECK(lonely.sa() == nullptr);
}

TEST_CASE("why it was refused is not told to who guesses", "[engine][rfc7296-2.21.2][hostile-d17]") {
    const policy::Snapshot configuration =
        snapshot({connection({.remote = ""}), connection({.name = "other", .remote = "", .remote_id = "c.example"})},
                 {{kSecret, {"b.example"}}});
    const auto answer_to = [&](const std::function<void(Lonely&)>& guess, Reason reason) {
        Lonely lonely(ConnectionWords{.remote = ""});
        lonely.wire.feed(lonely.host, ike::Reconfigure{configuration});
        lonely.begin();
        guess(lonely);
        Payloads request = lonely.peer.auth_request();
        std::get<wire::IdentificationInitiator>(request[0]).identity = identity(lonely.peer.id);
        check_ended(lonely, reason, [&] { lonely.tell(lonely.peer.protect(kAuth, 1, false, request)); });
        const base::Bytes& sent = lonely.host.sent.back().bytes;
        CHECK(lonely.peer.open(sent)->notifies == std::vector{notify(wire::NotifyType::authentication_failed)});
        return sent.size();
    };
    const std::size_t wrong_key =
        answer_to([](Lonely& lonely) { lonely.peer.secret = "guess"; }, Reason::AuthenticationFailed);
    CHECK(answer_to([](Lonely& lonely) { lonely.peer.id = "d.example"; }, Reason::NoPeerConfiguration) == wrong_key);
    CHECK(answer_to([](Lonely& lonely) { lonely.peer.id = "c.example"; }, Reason::NoSharedSecret) == wrong_key);
    CHECK(answer_to([](Lonely& lonely) { lonely.peer.engine_id = "z.example"; }, Reason::NoPeerConfiguration) ==
          wrong_key);
}

// As often as the budget of an address allows.
TEST_CASE("every guess of a key costs a key exchange, and leaves nothing", "[engine][rfc7296-2.15][hostile-d17]") {
    Lonely lonely;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        ScriptedPeer peer(seed);
        peer.secret = "guess " + std::to_string(seed);
        peer.take_init_response(lonely.tell(peer.init_request()).at(0));
        lonely.tell(peer.protect(kAuth, 1, false, peer.auth_request()));
        lonely.wire.run_for(seconds(1));
    }
    CHECK(lonely.host.count(Reason::AuthenticationFailed) == 50);
    CHECK(lonely.host.counted() == 50);
    CHECK(lonely.host.engine.size() == 0);
    CHECK(lonely.host.engine.half_open() == 0);
    // Whoever has the key is not kept out by that.
    lonely.establish();
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("AUTH that comes an hour late finds nobody", "[engine][rfc7296-2.4][hostile-d18]") {
    Lonely lonely;
    lonely.begin();
    check_ended(lonely, Reason::HalfOpenExpired, [&] { lonely.wire.run_for(seconds(3600)); });
    check_refused(
        lonely, Reason::UnknownSpi,
        [&] { lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request())); }, 1);
}

TEST_CASE("INITIAL_CONTACT of another identity takes nothing from this one", "[engine][rfc7296-2.4][hostile-d19]") {
    Lonely lonely(ConnectionWords{.remote = "", .remote_id = ""});
    lonely.establish();
    ScriptedPeer other(77);
    const auto [id, stays] = GENERATE(table<std::string, std::size_t>(
        {{"c.example", 2}, {"B.example.", 2}, {"x.b.example", 2}, {"%any", 2}, {"b.example", 1}}));
    other.id = id;
    other.take_init_response(lonely.tell(other.init_request()).at(0));
    Payloads request = other.auth_request(0xc0ffee99);
    request.emplace_back(notify(wire::NotifyType::initial_contact));
    SECTION("said before the proof it counts for nothing") {
        other.secret = "guess";
        Payloads wrong = other.auth_request(0xc0ffee99);
        wrong.emplace_back(notify(wire::NotifyType::initial_contact));
        lonely.tell(other.protect(kAuth, 1, false, wrong));
        CHECK(lonely.host.established() == 1);
        CHECK(lonely.host.count(Reason::AuthenticationFailed) == 1);
    }
    SECTION("said with it, for that identity") {
        lonely.tell(other.protect(kAuth, 1, false, request));
        CHECK(lonely.host.established() == stays);
        CHECK(lonely.host.count(Reason::PeerDeleted) == 2 - stays);
    }
    CHECK(lonely.host.kernel.complaints().empty());
}

}  // namespace xfrmd::tests
