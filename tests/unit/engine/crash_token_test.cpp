// Tokens for quick crash detection (RFC 6290): to whom they are told, and which ones are believed.
#include "tests/unit/engine/crash_tokens.h"

#include <catch2/generators/catch_generators.hpp>

namespace xfrmd::tests {

namespace {

constexpr auto kInformational = wire::ExchangeType::informational;
constexpr auto kCreateChild = wire::ExchangeType::create_child_sa;

// As of an IKE SA with these SPIs: from its original initiator, and hardly anything that could be one.
base::Bytes protected_request(wire::IkeSpi spi_i, wire::IkeSpi spi_r) {
    wire::Header header;
    header.spi_i = spi_i;
    header.spi_r = spi_r;
    header.exchange = kInformational;
    header.from_original_initiator = true;
    base::Bytes message = wire::encode_encrypted_prefix(header, wire::PayloadType::none, 60);
    base::append(message, base::Bytes(60, 5));
    return message;
}

wire::Payloads answer_to(Lonely& lonely, const base::Bytes& request) {
    const auto sent = lonely.tell(request);
    REQUIRE(sent.size() == 1);
    const wire::Received answer = read(sent[0]);
    CHECK_FALSE(answer.encrypted);
    CHECK(answer.clear.notifies.at(0) == notify(wire::NotifyType::invalid_ike_spi));
    return answer.clear;
}

const base::Bytes kOwn(16, 7);  // the scripted peer's

base::Bytes in_the_clear(Lonely& lonely, const Payloads& payloads, bool is_response = true) {
    return wire::encode(lonely.peer.header(kInformational, 0, is_response), payloads);
}

}  // namespace

TEST_CASE("each IKE SA has a token, told in IKE_AUTH", "[engine][rfc6290-4.1][rfc6290-4.2][rfc6290-5.1]") {
    Lonely lonely({}, with_secret(0));
    SECTION("by a responder") {
        const auto first = token_in(establish(lonely));
        REQUIRE(first);
        CHECK(first->size() >= 16);
        CHECK(first->size() <= 128);
        Lonely other({}, with_secret(1));
        CHECK(token_in(establish(other)) != first);
    }
    SECTION("by an initiator") {
        lonely.be_called();
        CHECK(token_in(lonely.auth_request));
    }
}

TEST_CASE("without a secret there are no tokens", "[engine][rfc6290-4.2]") {
    Lonely lonely;
    CHECK_FALSE(token_in(establish(lonely)));
    CHECK(answer_to(lonely, protected_request(wire::IkeSpi{1}, wire::IkeSpi{2})).notifies.size() == 1);
}

TEST_CASE("the token of an IKE SA that has gone is told to who still uses it", "[engine][rfc6290-4.5]") {
    Lonely lonely({}, with_secret(0));
    const auto told = token_in(establish(lonely));
    const base::Bytes request = protected_request(lonely.peer.spi_i, lonely.peer.spi_r);
    CHECK(lonely.tell(request).empty());
    lonely.wire.clear(lonely.host, lonely.sa()->sa().id, {}, true);
    lonely.wire.settle();
    CHECK(token_in(answer_to(lonely, request)) == told);
    SECTION("in an answer hardly longer than what it answers") {
        CHECK(lonely.host.sent.back().bytes.size() < request.size());
    }
    SECTION("but not to who sends something in the clear") {
        wire::Header header = read(request).header;
        CHECK_FALSE(token_in(answer_to(lonely, wire::encode(header, {}))));
    }
    SECTION("nor to responses") {
        wire::Header header = read(request).header;
        header.is_response = true;
        CHECK(lonely.tell(wire::encode(header, {})).empty());
    }
}

TEST_CASE("the token of an IKE SA that there is goes to nobody", "[engine][rfc6290-9.1]") {
    Lonely lonely({}, with_secret(0));
    SECTION("of one that is half-open") {
        lonely.begin();
        CHECK(lonely.tell(protected_request(lonely.peer.spi_i, lonely.peer.spi_r)).empty());
    }
    SECTION("of one that waits for its responder's SPI") {
        lonely.wire.initiate(lonely.host, "192.0.2.2");
        lonely.wire.settle();
        base::Bytes message = protected_request(read(lonely.host.sent.back().bytes).header.spi_i, wire::IkeSpi{77});
        message.at(19) = 0;  // from the responder
        CHECK(lonely.tell(message).empty());
    }
    SECTION("nor does one with the same SPI of ours") {
        establish(lonely);
        CHECK_FALSE(token_in(answer_to(lonely, protected_request(wire::IkeSpi{1}, lonely.peer.spi_r))));
    }
    SECTION("of one that is being deleted") {
        establish(lonely);
        lonely.wire.clear(lonely.host, lonely.sa()->sa().id);
        lonely.wire.settle();
        CHECK(lonely.tell(protected_request(lonely.peer.spi_i, lonely.peer.spi_r)).empty());
    }
}

// Its answer may be late, and what the peer sends on the new IKE SA before it.
TEST_CASE("the token of an IKE SA that the peer may have made already goes to nobody", "[engine][rfc6290-9.1]") {
    Lonely lonely({}, with_secret(0));
    establish(lonely);
    lonely.wire.rekey(lonely.host, lonely.sa()->sa().id);
    lonely.wire.settle();
    const wire::Payloads offer = lonely.peer.open(lonely.host.sent.back().bytes).value();
    base::Bytes message = protected_request(wire::IkeSpi{0}, wire::IkeSpi{99});
    std::copy(offer.sa->proposals.at(0).spi.begin(), offer.sa->proposals.at(0).spi.end(), message.begin());
    message.at(19) = 0;  // from the responder of the rekeying
    CHECK_FALSE(token_in(answer_to(lonely, message)));

    lonely.tell(lonely.peer.protect(kCreateChild, 0, true, {notify(wire::NotifyType::temporary_failure)}));
    CHECK(token_in(answer_to(lonely, message)));
}

TEST_CASE("tokens of other engines' IKE SAs are theirs to tell", "[engine][rfc6290-9.1]") {
    ike::Options options = with_secret(0);
    options.shard = 1;
    options.shards = 3;
    Lonely lonely({}, options);
    const auto tells = [&](std::uint64_t shard) {
        const auto answer = answer_to(lonely, protected_request(wire::IkeSpi{5}, wire::IkeSpi{shard << 56 | 77}));
        return token_in(answer).has_value();
    };
    CHECK_FALSE(tells(0));
    CHECK(tells(1));
    CHECK_FALSE(tells(2));
    CHECK(tells(3));  // from before a restart with more engines
}

TEST_CASE("tokens are told in the clear now and then", "[engine][rfc6290-9.3]") {
    Lonely lonely({}, with_secret(0));
    for (std::uint64_t spi = 1; spi <= 1000; ++spi) {
        lonely.tell(protected_request(wire::IkeSpi{spi}, wire::IkeSpi{spi}));
    }
    CHECK(lonely.host.sent.size() >= 40);
    CHECK(lonely.host.sent.size() < 70);
}

TEST_CASE("the peer's token in the clear ends the IKE SA without a word", "[engine][rfc6290-4.5][hostile-a7]") {
    Lonely lonely;
    establish(lonely, kOwn);
    const std::size_t sent = lonely.host.sent.size();
    const bool is_response = GENERATE(true, false);
    const auto beside = GENERATE(wire::NotifyType::invalid_ike_spi, wire::NotifyType::invalid_spi);
    check_ended(lonely, Reason::PeerCrashed,
                [&] { lonely.tell(in_the_clear(lonely, {notify(beside), token(kOwn)}, is_response)); });
    CHECK(lonely.host.sent.size() == sent);
}

TEST_CASE("a token that is not the peer's changes nothing", "[engine][rfc6290-4.5][hostile-a7]") {
    Lonely lonely;
    establish(lonely, kOwn);
    const auto refused = [&](Reason reason, Payloads payloads) {
        check_refused(lonely, reason, [&] { lonely.tell(in_the_clear(lonely, payloads)); });
    };
    base::Bytes almost = kOwn;
    almost.back() ^= 1;
    const wire::Notify wrong = token(almost);
    refused(Reason::CrashTokenWrong, {notify(wire::NotifyType::invalid_ike_spi), wrong});
    refused(Reason::CrashTokenWrong, {token(base::Bytes(17, 7))});
    refused(Reason::CrashTokenWrong, {token(base::Bytes(128, 7))});
    refused(Reason::CrashTokenWrong, {wrong, wrong, wrong, wrong, token(kOwn)});
    refused(Reason::ExchangeTypeUnexpected, {token({})});
    refused(Reason::ExchangeTypeUnexpected, {token(base::Bytes(15, 7))});
    refused(Reason::ExchangeTypeUnexpected, {token(base::Bytes(129, 7))});
    check_ended(lonely, Reason::PeerCrashed,
                [&] { lonely.tell(in_the_clear(lonely, {wrong, wrong, wrong, token(kOwn)})); });
}

TEST_CASE("a peer that has told no token has none", "[engine][rfc6290-4.5][hostile-a7]") {
    Lonely lonely;
    establish(lonely);
    check_refused(lonely, Reason::CrashTokenWrong, [&] { lonely.tell(in_the_clear(lonely, {token(kOwn)})); });
}

TEST_CASE("a token counts with its own SPIs only, and not before the peer is known",
          "[engine][rfc6290-5.3][hostile-a7]") {
    Lonely lonely;
    SECTION("half-open") {
        lonely.begin();
        check_refused(lonely, Reason::CrashTokenWrong, [&] { lonely.tell(in_the_clear(lonely, {token(kOwn)})); });
    }
    SECTION("after AUTH that was wrong") {
        lonely.begin();
        lonely.peer.secret = "wrong";
        Payloads request = lonely.peer.auth_request();
        request.emplace_back(token(kOwn));
        lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, request));
        check_refused(lonely, Reason::UnknownSpi, [&] { lonely.tell(in_the_clear(lonely, {token(kOwn)})); });
    }
    SECTION("of another IKE SA") {
        establish(lonely, kOwn);
        lonely.peer.spi_i = wire::IkeSpi{4711};
        check_refused(lonely, Reason::UnknownSpi, [&] { lonely.tell(in_the_clear(lonely, {token(kOwn)})); });
    }
}

TEST_CASE("a token may be replaced while the IKE SA stands", "[engine][rfc6290-4.4]") {
    Lonely lonely;
    establish(lonely, kOwn);
    const base::Bytes next(32, 9);
    CHECK(lonely.tell(lonely.peer.protect(kInformational, 2, false, {token(next)})).size() == 1);
    check_refused(lonely, Reason::CrashTokenWrong, [&] { lonely.tell(in_the_clear(lonely, {token(kOwn)})); });
    check_ended(lonely, Reason::PeerCrashed, [&] { lonely.tell(in_the_clear(lonely, {token(next)})); });
}

}  // namespace xfrmd::tests
