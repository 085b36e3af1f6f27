#include <catch2/catch_test_macros.hpp>

#include "ike/ikev2/wire/payload_codec.h"
#include "tests/unit/wire/samples.h"

using namespace xfrmd;
using namespace xfrmd::ikev2::wire;
using base::Address;
using base::Reason;
using test::hex;

namespace {

base::Bytes encoded(const TrafficSelectorPayload& payload) {
    base::Writer out;
    encode_body(out, payload);
    return out.take();
}

TrafficSelectorPayload decoded(const base::Bytes& body) {
    const auto payload = decode_traffic_selectors(body, true);
    REQUIRE(payload);
    CHECK(decode_traffic_selectors(encoded(*payload), true).value() == *payload);
    return *payload;
}

Reason reason_of(const base::Bytes& body) {
    const auto payload = decode_traffic_selectors(body, true);
    return payload ? Reason::NotFound : payload.error().reason;
}

policy::TrafficSelector selector(const char* first, const char* last, std::uint8_t protocol, std::uint16_t first_port,
                                 std::uint16_t last_port) {
    return {{*Address::parse(first), *Address::parse(last)}, protocol, first_port, last_port};
}

const base::Bytes kMixed =
    hex("02 000000"
        "07 06 0010 01bb 01bb 0a020000 0a0200ff"
        "08 00 0028 0000 ffff 20010db8000000000000000000000000 20010db800000000000000000000ffff");

}  // namespace

TEST_CASE("selectors of both families, both ways", "[wire][rfc7296-3.13][rfc7296-3.13.1]") {
    const TrafficSelectorPayload payload = decoded(kMixed);
    CHECK(payload.initiator);
    CHECK(payload.selectors == policy::TrafficSelectors{selector("10.2.0.0", "10.2.0.255", 6, 443, 443),
                                                        selector("2001:db8::", "2001:db8::ffff", 0, 0, 65535)});
    CHECK(payload.skipped.empty());
    CHECK(encoded(payload) == kMixed);
}

TEST_CASE("which end's selectors they are is the payload type's to say", "[wire][rfc7296-3.13]") {
    const auto responder = decode_traffic_selectors(kMixed, false);
    REQUIRE(responder);
    CHECK_FALSE(responder->initiator);
    CHECK(type_of(*responder) == PayloadType::ts_r);
    CHECK(type_of(decoded(kMixed)) == PayloadType::ts_i);
}

TEST_CASE("OPAQUE ports come through", "[wire][rfc7296-3.13.1]") {
    const TrafficSelectorPayload payload = decoded(hex("01 000000 07 11 0010 ffff 0000 0a020000 0a0200ff"));
    REQUIRE(payload.selectors.size() == 1);
    CHECK(payload.selectors[0].is_opaque());
}

TEST_CASE("unknown selector types are skipped by their length, counted and kept",
          "[wire][rfc7296-3.13.1][hostile-f10]") {
    const base::Bytes body =
        hex("03 000000"
            "07 06 0010 01bb 01bb 0a020000 0a0200ff"
            "09 11 0008 01020304"
            "f0 00 0004");
    const TrafficSelectorPayload payload = decoded(body);
    CHECK(payload.selectors.size() == 1);
    CHECK(payload.skipped == std::vector{SkippedSelector{9, 0x11, hex("01020304")}, SkippedSelector{0xf0, 0, {}}});
    CHECK(encoded(payload) == body);
}

TEST_CASE("a selector that no packet can match is skipped", "[wire][rfc7296-3.13.1][hostile-f10]") {
    for (const char* body : {
             "01 000000 07 00 0010 0000 ffff 0a0100ff 0a010000",  // addresses the wrong way round
             "01 000000 07 06 0010 01bc 01bb 0a010000 0a0100ff",  // ports the wrong way round
             "01 000000 07 06 0010 ffff 0001 0a010000 0a0100ff",  // nearly OPAQUE
             "01 000000 08 00 0028 0000 ffff 20010db800000000000000000000ffff 20010db8000000000000000000000000",
         }) {
        INFO(body);
        const TrafficSelectorPayload payload = decoded(hex(body));
        CHECK(payload.selectors.empty());
        CHECK(payload.skipped.size() == 1);
        CHECK(encoded(payload) == hex(body));
    }
}

TEST_CASE("the count is that of the selectors present", "[wire][rfc7296-3.13][hostile-f10]") {
    for (unsigned count = 0; count < 256; ++count) {
        base::Bytes body = kMixed;
        body[0] = static_cast<std::uint8_t>(count);
        CHECK(reason_of(body) == (count == 2 ? Reason::NotFound : Reason::PayloadMalformed));
    }
    CHECK(reason_of(hex("00 000000")) == Reason::PayloadMalformed);
    CHECK(reason_of({}) == Reason::PayloadMalformed);
}

TEST_CASE("selector lengths are those of their type", "[wire][rfc7296-3.13.1][hostile-f10]") {
    for (const char* body : {
             "01 000000 07 00 0000 0000 ffff 0a010000 0a0100ff",
             "01 000000 07 00 0003 0000 ffff 0a010000 0a0100ff",
             "01 000000 07 00 0004",
             "01 000000 07 00 000f 0000 ffff 0a010000 0a0100",
             "01 000000 07 00 0011 0000 ffff 0a010000 0a0100ff 00",
             "01 000000 07 00 ffff 0000 ffff 0a010000 0a0100ff",
             "01 000000 08 00 0010 0000 ffff 0a010000 0a0100ff",
             "01 000000 f0 00 0003",
             "01 000000 f0 00 0005",
         }) {
        INFO(body);
        CHECK(reason_of(hex(body)) == Reason::PayloadMalformed);
    }
}

TEST_CASE("255 selectors are as many as there can be", "[wire][rfc7296-3.13][hostile-f10]") {
    TrafficSelectorPayload payload;
    payload.selectors.resize(kMaxSelectors, selector("10.0.0.0", "10.0.0.1", 0, 0, 65535));
    CHECK(decoded(encoded(payload)) == payload);
}

TEST_CASE("selectors cut anywhere are malformed", "[wire][rfc7296-3.13]") {
    for (std::size_t size = 0; size < kMixed.size(); ++size) {
        CHECK(reason_of(base::Bytes(kMixed.begin(), kMixed.begin() + static_cast<std::ptrdiff_t>(size))) ==
              Reason::PayloadMalformed);
    }
}
