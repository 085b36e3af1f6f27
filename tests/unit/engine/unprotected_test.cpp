// What is told in the clear about IKE SAs (RFC 7296 1.5, 2.21.4): where the answer goes, how many there are, and what
// becomes of what others say.
#include "tests/unit/engine/hostile.h"

#include <catch2/generators/catch_generators.hpp>

namespace xfrmd::tests {

namespace {

constexpr auto kInformational = wire::ExchangeType::informational;

}  // namespace

TEST_CASE("INVALID_IKE_SPI goes back in the clear to where the request came from", "[engine][rfc7296-2.21.4]") {
    Lonely lonely;
    wire::Header header;
    header.spi_i = wire::IkeSpi{0x1111};
    header.spi_r = wire::IkeSpi{0x2222};
    header.exchange = GENERATE(wire::ExchangeType::ike_auth, wire::ExchangeType::create_child_sa, kInformational);
    header.message_id = wire::MessageId{77};
    const base::Endpoint from{address("192.0.2.99"), 12345};
    SECTION("of a request") {
        for (const bool by_initiator : {true, false}) {
            header.from_original_initiator = by_initiator;
            REQUIRE(lonely.tell_from(from, wire::encode(header, {})).size() == 1);
            CHECK(lonely.host.sent.back().to == from);
            const auto answer = read(lonely.host.sent.back().bytes);
            CHECK(answer.header.spi_i == header.spi_i);
            CHECK(answer.header.spi_r == header.spi_r);
            CHECK(answer.header.message_id == header.message_id);
            CHECK(answer.header.exchange == header.exchange);
            CHECK(answer.header.is_response);
            CHECK(answer.header.from_original_initiator != by_initiator);
            CHECK_FALSE(answer.encrypted);
            CHECK(answer.clear.notifies == std::vector{notify(wire::NotifyType::invalid_ike_spi)});
        }
    }
    SECTION("and to a response nothing does") {
        header.is_response = true;
        check_refused(lonely, Reason::UnknownSpi, [&] { lonely.tell_from(from, wire::encode(header, {})); });
    }
}

TEST_CASE("requests of IKE SAs that are not there are answered now and then", "[engine][rfc7296-2.21.4][rfc7296-2.4]") {
    Lonely lonely;
    wire::Header header;
    header.spi_r = wire::IkeSpi{0x2222};
    header.exchange = kInformational;
    header.from_original_initiator = true;
    for (std::uint64_t spi = 1; spi <= 1000; ++spi) {
        header.spi_i = wire::IkeSpi{spi};
        lonely.tell(wire::encode(header, {}));
    }
    CHECK(lonely.host.count(Reason::UnknownSpi) == 1000);
    CHECK(lonely.host.sent.size() >= 40);
    CHECK(lonely.host.sent.size() < 70);
}

TEST_CASE("an unprotected notify is not answered, and changes nothing", "[engine][rfc7296-1.5][rfc7296-2.21.4]") {
    Lonely lonely;
    lonely.establish();
    wire::Header header = lonely.peer.header(kInformational, 0, false);
    const auto type = GENERATE(wire::NotifyType::invalid_spi, wire::NotifyType::invalid_ike_spi,
                               wire::NotifyType::authentication_failed);
    const wire::Notify told{policy::ProtocolId::esp, {0xc0, 0xff, 0xee, 0x01}, type, {}};
    SECTION("of an IKE SA that there is") {
        check_refused(lonely, Reason::ExchangeTypeUnexpected, [&] { lonely.tell(wire::encode(header, {told})); });
    }
    SECTION("of none, whatever SPIs it has") {
        header.spi_i = header.spi_r = wire::IkeSpi{};
        header.is_response = true;
        check_refused(lonely, Reason::UnknownSpi, [&] { lonely.tell(wire::encode(header, {told})); });
    }
}

}  // namespace xfrmd::tests
