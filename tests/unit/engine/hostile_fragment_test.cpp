// Rows E1 to E5 of tests/rfc/hostile.md: fragments that contradict each other, never become whole, or are too many (RFC
// 7383 2.5, 2.6, 5).
#include "tests/unit/engine/hostile.h"

#include <catch2/generators/catch_generators.hpp>

namespace xfrmd::tests {

namespace {

using wire::Fragment;

constexpr auto kAuth = wire::ExchangeType::ike_auth;
constexpr auto kInformational = wire::ExchangeType::informational;

// Both have said that they take fragments.
struct Fragmenting : Lonely {
    Fragmenting() {
        Payloads payloads = peer.init_payloads();
        payloads.emplace_back(notify(wire::NotifyType::ikev2_fragmentation_supported));
        peer.take_init_response(tell(peer.init_request(payloads)).at(0));
    }
    void authenticate() { tell(peer.protect(kAuth, 1, false, peer.auth_request())); }
    base::Bytes piece(std::uint32_t id, Fragment fragment, base::ByteView inner, wire::ExchangeType exchange = kAuth) {
        const auto first = fragment.number == 1 ? first_type : wire::PayloadType::none;
        return peer.protect_fragment(peer.header(exchange, id, false), fragment, first, inner);
    }

    wire::PayloadType first_type = wire::PayloadType::none;
};

// IKE_AUTH in two halves, and the message id after it.
struct InHalves : Fragmenting {
    InHalves() {
        const Payloads request = peer.auth_request();
        first_type = wire::first_type(request);
        inner = wire::encode_inner(request);
    }
    base::ByteView half(unsigned number) const {
        const auto all = base::ByteView(inner);
        return number == 1 ? all.first(inner.size() / 2) : all.subspan(inner.size() / 2);
    }
    base::Bytes inner;
};

}  // namespace

TEST_CASE("fragments of numbers that cannot be are dropped", "[engine][rfc7383-2.5][hostile-e1]") {
    InHalves lonely;
    const auto [number, total] = GENERATE(
        table<std::uint16_t, std::uint16_t>({{0, 1}, {0, 0}, {1, 0}, {3, 2}, {1, 65}, {1, 65535}, {65535, 65535}}));
    check_refused(lonely, Reason::FragmentInvalid,
                  [&] { lonely.tell(lonely.piece(1, {number, total}, lonely.half(1))); });
    CHECK(lonely.sa()->sa().fragmented_request.forgotten_at() == base::kNever);
    lonely.authenticate();
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("nothing is kept of a fragment that is not the peer's", "[engine][rfc7383-2.6][hostile-e1]") {
    InHalves lonely;
    base::Bytes forged = lonely.piece(1, {1, 2}, lonely.half(2));
    forged.back() ^= 1;
    check_refused(lonely, Reason::IntegrityCheckFailed, [&] { lonely.tell(forged); });
    CHECK(lonely.sa()->sa().fragmented_request.forgotten_at() == base::kNever);
    lonely.tell(lonely.piece(1, {1, 2}, lonely.half(1)));
    lonely.tell(lonely.piece(1, {2, 2}, lonely.half(2)));
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("of two fragments with one number the first counts", "[engine][rfc7383-2.6][hostile-e1]") {
    InHalves lonely;
    lonely.tell(lonely.piece(1, {1, 2}, lonely.half(1)));
    lonely.tell(lonely.piece(1, {1, 2}, base::Bytes(100, 7)));
    lonely.tell(lonely.piece(1, {2, 2}, lonely.half(2)));
    CHECK(lonely.host.established() == 1);
    CHECK(lonely.host.counted() == 0);
}

TEST_CASE("a first fragment that does not say what is in it ends the attempt", "[engine][rfc7383-2.5][hostile-e1]") {
    InHalves lonely;
    lonely.first_type = wire::PayloadType::none;
    lonely.tell(lonely.piece(1, {1, 2}, lonely.half(1)));
    check_ended(lonely, Reason::PayloadLengthInvalid, [&] { lonely.tell(lonely.piece(1, {2, 2}, lonely.half(2))); });
}

TEST_CASE("a larger total begins the message anew, a smaller one is dropped", "[engine][rfc7383-2.5.2][hostile-e2]") {
    InHalves lonely;
    lonely.tell(lonely.piece(1, {1, 3}, base::Bytes(10, 7)));
    check_refused(lonely, Reason::FragmentInvalid, [&] { lonely.tell(lonely.piece(1, {1, 2}, lonely.half(1))); });
    // In four, of which two are empty: what came of the three is forgotten.
    lonely.tell(lonely.piece(1, {1, 4}, lonely.half(1)));
    lonely.tell(lonely.piece(1, {3, 4}, lonely.half(2)));
    lonely.tell(lonely.piece(1, {4, 4}, {}));
    CHECK(lonely.host.established() == 0);
    lonely.tell(lonely.piece(1, {2, 4}, {}));
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("fragments that never make a message go with the half-open IKE SA", "[engine][rfc7383-5][hostile-e3]") {
    Fragmenting lonely;
    for (std::uint16_t number = 1; number <= 32; ++number) {
        lonely.tell(lonely.piece(1, {number, 64}, base::Bytes(1024)));
    }
    CHECK(lonely.host.counted() == 0);
    // Another one would make it longer than 32 KiB.
    check_refused(lonely, Reason::FragmentInvalid, [&] { lonely.tell(lonely.piece(1, {33, 64}, base::Bytes(1))); });
    // There is one message at a time, whatever ids are used.
    check_refused(lonely, Reason::MessageIdUnexpected,
                  [&] { lonely.tell(lonely.piece(2, {1, 2}, base::Bytes(1024))); });
    check_ended(lonely, Reason::HalfOpenExpired, [&] { lonely.wire.run_for(seconds(31)); });
}

TEST_CASE("fragments that were not agreed are dropped", "[engine][rfc7383-2.3][hostile-e4]") {
    Lonely lonely;
    lonely.begin();
    const Payloads request = lonely.peer.auth_request();
    const auto whole = lonely.peer.protect_fragment(lonely.peer.header(kAuth, 1, false), {1, 1},
                                                    wire::first_type(request), wire::encode_inner(request));
    check_refused(lonely, Reason::FragmentInvalid, [&] { lonely.tell(whole); });
}

TEST_CASE("what stands beside a fragment is dropped with it, or counts for nothing",
          "[engine][rfc7383-2.5][hostile-e4]") {
    Fragmenting lonely;
    const Payloads request = lonely.peer.auth_request();
    lonely.first_type = wire::first_type(request);
    base::Bytes message = lonely.piece(1, {1, 1}, wire::encode_inner(request));
    constexpr std::uint8_t kUnknown = 200;
    constexpr std::size_t kNextAt = 16, kLengthAt = 24, kChainAt = 28;
    const auto critical = static_cast<std::uint8_t>(GENERATE(0x00, 0x80));
    // HDR, unknown, SKF: the ICV covers it all, so that a stranger cannot put it there.
    const base::Bytes unknown{message.at(kNextAt), critical, 0, 4};
    message.insert(message.begin() + kChainAt, unknown.begin(), unknown.end());
    message.at(kNextAt) = kUnknown;
    const auto length = static_cast<std::uint16_t>(message.size());
    message.at(kLengthAt + 2) = static_cast<std::uint8_t>(length >> 8U);
    message.at(kLengthAt + 3) = static_cast<std::uint8_t>(length);
    const Reason reason = critical != 0 ? Reason::CriticalPayloadUnsupported : Reason::IntegrityCheckFailed;
    check_refused(lonely, reason, [&] { lonely.tell(message); });
    lonely.authenticate();
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("an answered request brings its answer for its first fragment only", "[engine][rfc7383-2.6.1][hostile-e5]") {
    InHalves lonely;
    const base::Bytes first = lonely.piece(1, {1, 2}, lonely.half(1));
    const base::Bytes second = lonely.piece(1, {2, 2}, lonely.half(2));
    lonely.tell(first);
    const auto answer = lonely.tell(second);
    REQUIRE(answer.size() == 1);
    for (int i = 0; i < 100; ++i) {
        check_refused(lonely, Reason::MessageIdUnexpected, [&] { lonely.tell(second); });
    }
    CHECK(lonely.tell(first) == answer);
    base::Bytes forged = first;
    forged.back() ^= 1;
    check_refused(lonely, Reason::IntegrityCheckFailed, [&] { lonely.tell(forged); });
    // Of a later request too.
    CHECK(lonely.tell(lonely.peer.protect(kInformational, 2, false, {})).size() == 1);
    check_refused(lonely, Reason::MessageIdUnexpected, [&] { lonely.tell(first); });
}

}  // namespace xfrmd::tests
