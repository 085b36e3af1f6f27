#include <catch2/catch_test_macros.hpp>

#include "ike/ikev2/wire/first_look.h"
#include "ike/ikev2/wire/message.h"
#include "tests/unit/wire/samples.h"

using namespace xfrmd;
using namespace xfrmd::ikev2::wire;

namespace {

base::Bytes with_notify_first(const Notify& notify) {
    const auto request = decode(test::ike_sa_init_request());
    return encode(request->header, {notify, *request->clear.sa, *request->clear.key_exchange, *request->clear.nonce});
}

const Notify kCookie{policy::ProtocolId::none, {}, NotifyType::cookie, {1, 2, 3}};

// decode() and check_grammar() are right; the look may be less strict about what is inside of payloads.
void check_agreement(base::ByteView message) {
    const auto received = decode(message);
    if (!received || !check_grammar(received->header, received->clear)) return;
    const auto look = look_at_first_request(message);
    REQUIRE(look);
    CHECK(base::equal(look->nonce, received->clear.nonce->data));
    const Notify* cookie = received->clear.find(NotifyType::cookie);
    REQUIRE(look->cookie.has_value() == (cookie != nullptr));
    if (cookie != nullptr) CHECK(base::equal(*look->cookie, cookie->data));
}

}  // namespace

TEST_CASE("a first look finds nonce and cookie where decoding finds them", "[wire][rfc7296-2.6][hostile-a10]") {
    check_agreement(test::ike_sa_init_request());
    const auto plain = look_at_first_request(test::ike_sa_init_request());
    REQUIRE(plain);
    CHECK_FALSE(plain->cookie);
    CHECK_FALSE(brings_cookie(test::ike_sa_init_request()));

    const base::Bytes with_cookie = with_notify_first(kCookie);
    check_agreement(with_cookie);
    const auto look = look_at_first_request(with_cookie);
    REQUIRE(look);
    REQUIRE(look->cookie);
    CHECK(base::equal(*look->cookie, kCookie.data));
    CHECK(brings_cookie(with_cookie));

    Notify other = kCookie;
    other.type = NotifyType::initial_contact;
    CHECK_FALSE(brings_cookie(with_notify_first(other)));
    CHECK_FALSE(look_at_first_request(with_notify_first(other))->cookie);
}

TEST_CASE("a first look at anything reads nothing that is not there", "[wire][rfc7296-3.2][hostile-a10]") {
    const base::Bytes whole = with_notify_first(kCookie);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const base::ByteView cut = base::ByteView(whole).first(size);
        CHECK_FALSE(look_at_first_request(cut));
        brings_cookie(cut);
    }
    for (std::size_t at = kHeaderSize - 12; at < whole.size(); ++at) {
        for (int value = 0; value < 256; ++value) {
            base::Bytes changed = whole;
            changed[at] = static_cast<std::uint8_t>(value);
            check_agreement(changed);
        }
    }
}

TEST_CASE("a first look wants SA, KE and one nonce that fill the message", "[wire][rfc7296-1.2][hostile-a10]") {
    const auto request = decode(test::ike_sa_init_request());
    const Payload sa = *request->clear.sa;
    const Payload key_exchange = *request->clear.key_exchange;
    const Payload nonce = *request->clear.nonce;
    const auto look = [&](const std::vector<Payload>& payloads) {
        return look_at_first_request(encode(request->header, payloads)).has_value();
    };
    CHECK(look({sa, key_exchange, nonce}));
    CHECK(look({nonce, sa, key_exchange}));
    CHECK_FALSE(look({}));
    CHECK_FALSE(look({key_exchange, nonce}));
    CHECK_FALSE(look({sa, nonce}));
    CHECK_FALSE(look({sa, key_exchange}));
    CHECK_FALSE(look({sa, sa, key_exchange, nonce}));
    CHECK_FALSE(look({sa, key_exchange, key_exchange, nonce}));
    CHECK_FALSE(look({sa, key_exchange, nonce, nonce}));
    CHECK_FALSE(look({sa, key_exchange, Nonce{base::Bytes(kMinNonce - 1, 1)}}));
    CHECK_FALSE(look({sa, key_exchange, Nonce{base::Bytes(kMaxNonce + 1, 1)}}));
    std::vector<Payload> many(kMaxPayloads - 2, VendorId{});
    many.insert(many.end(), {sa, key_exchange, nonce});
    CHECK_FALSE(look(many));
    many.erase(many.begin());
    CHECK(look(many));
    base::Bytes longer = encode(request->header, {sa, key_exchange, nonce});
    longer.push_back(0);
    CHECK_FALSE(look_at_first_request(longer));
}

TEST_CASE("a first look at IKE_SESSION_RESUME finds the ticket, and wants one nonce", "[wire][rfc5723-4.3.2]") {
    const auto request = decode(test::ike_sa_init_request());
    Header header = request->header;
    header.exchange = ExchangeType::ike_session_resume;
    const Payload nonce = *request->clear.nonce;
    const Notify ticket{policy::ProtocolId::none, {}, NotifyType::ticket_opaque, {4, 5, 6}};
    const base::Bytes whole = encode(header, {kCookie, nonce, ticket});
    check_agreement(whole);
    const auto look = look_at_first_request(whole);
    REQUIRE(look);
    REQUIRE(look->ticket);
    CHECK(base::equal(*look->ticket, ticket.data));
    CHECK(base::equal(*look->cookie, kCookie.data));
    CHECK_FALSE(look_at_first_request(encode(header, {ticket})));
    CHECK_FALSE(look_at_first_request(encode(header, {nonce, nonce, ticket})));
    CHECK_FALSE(look_at_first_request(encode(header, {nonce, ticket, *request->clear.sa})));
    CHECK_FALSE(look_at_first_request(encode(header, {nonce, ticket, *request->clear.key_exchange})));
    CHECK_FALSE(look_at_first_request(test::ike_sa_init_request())->ticket);
}
