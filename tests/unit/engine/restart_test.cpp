// IKE_SA_INIT starts over: COOKIE, INVALID_KE_PAYLOAD, and what strangers may forge meanwhile (RFC
// 7296 1.2, 2.6, 2.21.1).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

ike::Options always_cookie() {
    ike::Options options;
    options.cookie_threshold = 0;
    return options;
}

ConnectionWords wrong_guess() {
    ConnectionWords words;
    words.ike = "aes128-sha256-ecp256-x25519";
    return words;
}

ConnectionWords only_x25519() { return mirrored({.ike = "aes128-sha256-x25519"}); }

}  // namespace

TEST_CASE("a wrong guess of the key exchange costs one round trip", "[engine][rfc7296-1.2]") {
    Gateways gateways(wrong_guess(), only_x25519());
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
    REQUIRE(gateways.left.sent.size() == 3);
    const auto again = read(gateways.left.sent[1].bytes);
    CHECK(again.header.message_id == wire::MessageId{0});
    CHECK(again.header.spi_i == read(gateways.left.sent[0].bytes).header.spi_i);
    CHECK(again.clear.key_exchange->method == policy::KeyExchangeId::x25519);
    CHECK(*read(gateways.right.sent[0].bytes).clear.find(wire::NotifyType::invalid_ke_payload) ==
          wanted_group(policy::KeyExchangeId::x25519));
    CHECK(gateways.right.count(Reason::KeyExchangeMethodMismatch) == 1);
}

TEST_CASE("a forced cookie costs one round trip and no memory", "[engine][rfc7296-2.6]") {
    Gateways gateways(ConnectionWords{}, ike::Options{}, always_cookie());
    std::size_t sas_after_first = 99;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        if (gateways.right.sent.size() == 1 && parcel.from.address == gateways.right.address) {
            sas_after_first = gateways.right.sas().size();
        }
        return true;
    };
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
    CHECK(sas_after_first == 0);
    const auto again = read(gateways.left.sent[1].bytes);
    CHECK(again.header.next_payload == wire::PayloadType::notify);
    CHECK(again.clear.notifies.front().type == wire::NotifyType::cookie);
    CHECK(again.clear.nonce == read(gateways.left.sent[0].bytes).clear.nonce);
    CHECK(gateways.right.count(Reason::CookieRequired) == 1);
    CHECK(gateways.right.counted() == 1);
}

TEST_CASE("cookie and wrong guess together cost two round trips", "[engine][rfc7296-2.6.1]") {
    Gateways gateways(snapshot(wrong_guess()), snapshot(only_x25519()), {}, always_cookie());
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
    CHECK(gateways.left.sent.size() == 4);
}

TEST_CASE("a late copy of a refusal that was followed does not end the attempt",
          "[engine][rfc7296-2.21.1][hostile-a13]") {
    const bool with_cookie = GENERATE(false, true);
    Gateways gateways(snapshot(with_cookie ? ConnectionWords{} : wrong_guess()), snapshot(only_x25519()), {},
                      with_cookie ? always_cookie() : ike::Options{});
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        if (parcel.from.address == gateways.left.address && gateways.left.sent.size() == 2) {
            // The second request is lost; the refusal of the first one comes once more.
            const Parcel& refused = gateways.right.sent.front();
            gateways.wire.inject(refused.from, refused.to, refused.bytes);
            return false;
        }
        return true;
    };
    const auto operation = gateways.connect();
    CHECK(gateways.left.sent.size() == 2);
    gateways.wire.run_for(seconds(5));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("restarts are bounded, and do not end the attempt", "[engine][rfc7296-2.6][hostile-a13]") {
    Lonely lonely;
    const auto operation = lonely.wire.initiate(lonely.host, "192.0.2.2");
    lonely.wire.settle();
    for (std::uint8_t i = 0; i < 100; ++i) {
        lonely.tell(refusal(lonely.host.sent.back().bytes, notify(wire::NotifyType::cookie, {i, 1, 2, 3})));
    }
    CHECK(lonely.host.sent.size() == 1 + ike::Options{}.most_restarts);
    CHECK(lonely.host.count(Reason::TooManyRetries) == 100 - ike::Options{}.most_restarts);
    CHECK(lonely.sa()->phase_id() == PhaseId::init_requested);
    CHECK(lonely.host.outcome(operation) == "running");

    const auto sent = lonely.tell(lonely.peer.answer_init(lonely.host.sent.back().bytes));
    lonely.auth_request = lonely.peer.open(sent.at(0)).value();
    lonely.tell(
        lonely.peer.protect(wire::ExchangeType::ike_auth, 1, true, lonely.peer.auth_response(lonely.auth_request)));
    CHECK(lonely.host.outcome(operation) == "ok");
}

TEST_CASE("cookie and key exchange in turn are bounded together", "[engine][rfc7296-2.6.1][hostile-a13]") {
    Lonely lonely({.ike = "aes128-sha256-ecp256-x25519"});
    lonely.wire.initiate(lonely.host, "192.0.2.2");
    lonely.wire.settle();
    for (std::uint8_t i = 0; i < 50; ++i) {
        const base::Bytes last = lonely.host.sent.back().bytes;
        lonely.tell(refusal(last, notify(wire::NotifyType::cookie, {i, 1, 2, 3})));
        const auto group = i % 2 == 0 ? policy::KeyExchangeId::x25519 : policy::KeyExchangeId::ecp256;
        lonely.tell(refusal(last, wanted_group(group)));
    }
    CHECK(lonely.host.sent.size() == 1 + ike::Options{}.most_restarts);
    CHECK(lonely.host.count(Reason::TooManyRetries) > 0);
}

TEST_CASE("a group that was not offered is not followed", "[engine][rfc7296-2.7]") {
    Lonely lonely;
    lonely.wire.initiate(lonely.host, "192.0.2.2");
    lonely.wire.settle();
    const auto request = lonely.host.sent.back().bytes;
    for (const wire::Notify& wish :
         {wanted_group(policy::KeyExchangeId::modp1024), notify(wire::NotifyType::invalid_ke_payload),
          notify(wire::NotifyType::invalid_ke_payload, {0, 31, 0})}) {
        CHECK(lonely.tell(refusal(request, wish)).empty());
    }
    CHECK(lonely.sa()->phase_id() == PhaseId::init_requested);
}

TEST_CASE("a forged refusal does not end the attempt before its time", "[engine][rfc7296-2.21.1][hostile-a14]") {
    const auto type = GENERATE(wire::NotifyType::no_proposal_chosen, wire::NotifyType::invalid_syntax,
                               wire::NotifyType::authentication_failed, wire::NotifyType{4242});
    const Reason reason = type == wire::NotifyType::no_proposal_chosen ? Reason::NoProposalChosen : Reason::PeerRefused;
    Lonely lonely;
    const auto operation = lonely.wire.initiate(lonely.host, "192.0.2.2");
    lonely.wire.settle();
    const base::Bytes request = lonely.host.sent.back().bytes;
    CHECK(lonely.tell(refusal(request, notify(type))).empty());
    CHECK(lonely.host.count(reason) == 1);
    CHECK(lonely.host.counted() == 1);
    CHECK(lonely.sa()->phase_id() == PhaseId::init_requested);
    CHECK(lonely.host.outcome(operation) == "running");

    SECTION("the real answer wins") {
        lonely.wire.run_for(milliseconds(3900));
        const auto sent = lonely.tell(lonely.peer.answer_init(request));
        lonely.auth_request = lonely.peer.open(sent.at(0)).value();
        lonely.tell(
            lonely.peer.protect(wire::ExchangeType::ike_auth, 1, true, lonely.peer.auth_response(lonely.auth_request)));
        CHECK(lonely.host.outcome(operation) == "ok");
    }
    SECTION("the peer is asked once more, as its answer may have been lost") {
        lonely.wire.run_for(milliseconds(4010));
        REQUIRE(lonely.host.sent.size() == 2);
        CHECK(lonely.host.sent.back().bytes == request);
        lonely.tell(refusal(request, notify(type)));
        CHECK(lonely.tell(lonely.peer.answer_init(request)).size() == 1);
        CHECK(lonely.sa()->phase_id() == PhaseId::auth_requested);
    }
    SECTION("without one it is believed when the next retransmission but one is due") {
        lonely.wire.run_for(milliseconds(4000 + 7190));
        CHECK(lonely.host.outcome(operation) == "running");
        lonely.wire.run_for(milliseconds(20));
        CHECK(lonely.host.outcome(operation) == base::name(reason));
        CHECK(lonely.sa() == nullptr);
        CHECK(lonely.host.sent.size() == 2);
    }
}

TEST_CASE("only our own fresh cookie for this peer and nonce opens the door", "[engine][rfc7296-2.6][hostile-a12]") {
    Lonely lonely({}, always_cookie());
    const auto cookie_in = [](const std::vector<base::Bytes>& sent) {
        return read(sent.at(0)).clear.find(wire::NotifyType::cookie)->data;
    };
    const auto with_cookie = [&](base::Bytes cookie) {
        Payloads payloads = lonely.peer.init_payloads();
        payloads.insert(payloads.begin(), notify(wire::NotifyType::cookie, std::move(cookie)));
        return lonely.peer.init_request(payloads);
    };
    const base::Bytes cookie = cookie_in(lonely.tell(lonely.peer.init_request()));
    CHECK(cookie.size() <= 64);

    SECTION("changed") {
        base::Bytes wrong = cookie;
        wrong.back() ^= 1;
        CHECK(cookie_in(lonely.tell(with_cookie(wrong))) == cookie);
    }
    SECTION("empty") { CHECK(cookie_in(lonely.tell(with_cookie({}))) == cookie); }
    SECTION("from another address") {
        CHECK(cookie_in(lonely.tell_from({address("192.0.2.77"), 500}, with_cookie(cookie))) != cookie);
    }
    SECTION("for another nonce") {
        lonely.peer.nonce[0] ^= 1;
        CHECK(cookie_in(lonely.tell(with_cookie(cookie))) != cookie);
    }
    SECTION("for another SPI") {
        lonely.peer.spi_i = wire::IkeSpi{99};
        CHECK(cookie_in(lonely.tell(with_cookie(cookie))) != cookie);
    }
    SECTION("too old") {
        lonely.wire.run_for(seconds(121));
        CHECK(cookie_in(lonely.tell(with_cookie(cookie))) != cookie);
    }
    SECTION("old, but of the previous secret") {
        lonely.wire.run_for(seconds(61));
        lonely.tell(with_cookie(cookie));
        CHECK(lonely.host.engine.half_open() == 1);
    }
    const bool opened = lonely.host.engine.half_open() == 1;
    CHECK((lonely.sa() != nullptr) == opened);
    CHECK(lonely.host.count(Reason::CookieInvalid) == (opened ? 0 : 1));
    CHECK(lonely.host.count(Reason::CookieRequired) == 1);
}

TEST_CASE("a cookie beside half of an answer is no answer", "[engine][rfc7296-2.6]") {
    Lonely lonely;
    lonely.wire.initiate(lonely.host, "192.0.2.2");
    lonely.wire.settle();
    wire::Received answer = read(lonely.peer.answer_init(lonely.host.sent.back().bytes));
    Payloads payloads{notify(wire::NotifyType::cookie, base::Bytes(16, 1)), *answer.clear.sa};
    if (GENERATE(false, true)) payloads.emplace_back(*answer.clear.nonce);
    lonely.tell(wire::encode(answer.header, payloads));
    CHECK(lonely.host.count(Reason::PayloadMissing) == 1);
    CHECK(lonely.host.counted() == 1);
    CHECK(lonely.host.sent.size() == 1);
}

}  // namespace xfrmd::tests
