#include <catch2/catch_test_macros.hpp>

#include "ike/ikev2/wire/notify_type.h"
#include "ike/ikev2/wire/payloads.h"
#include "tests/unit/wire/samples.h"

using namespace xfrmd;
using namespace xfrmd::ikev2::wire;
using base::Reason;
using test::hex;

namespace {

// INFORMATIONAL, id 0x01020304, an empty chain.
const base::Bytes kHeader = hex("1111111122222222 3333333344444444 00 20 25 28 01020304 0000001c");

base::Bytes with(std::size_t offset, std::uint8_t value) {
    base::Bytes bytes = kHeader;
    bytes[offset] = value;
    return bytes;
}

}  // namespace

TEST_CASE("a header's fields are where the figure has them", "[wire][rfc7296-3.1]") {
    const auto header = decode_header(kHeader);
    REQUIRE(header);
    CHECK(header->spi_i == IkeSpi{0x1111111122222222});
    CHECK(header->spi_r == IkeSpi{0x3333333344444444});
    CHECK(header->next_payload == PayloadType::none);
    CHECK(header->major_version == 2);
    CHECK(header->minor_version == 0);
    CHECK(header->exchange == ExchangeType::informational);
    CHECK(header->from_original_initiator);
    CHECK(header->is_response);
    CHECK(header->message_id == MessageId{0x01020304});
    CHECK(header->length == 28);
    CHECK(encode_header(*header) == kHeader);
}

TEST_CASE("flags are read and written one by one", "[wire][rfc7296-3.1]") {
    for (const unsigned flags : {0x00U, 0x08U, 0x20U, 0x28U}) {
        const auto header = decode_header(with(19, static_cast<std::uint8_t>(flags)));
        REQUIRE(header);
        CHECK(header->from_original_initiator == ((flags & 0x08) != 0));
        CHECK(header->is_response == ((flags & 0x20) != 0));
        CHECK(encode_header(*header)[19] == flags);
    }
}

TEST_CASE("fewer than 28 bytes are no header", "[wire][rfc7296-3.1][hostile-A1]") {
    for (std::size_t size = 0; size < kHeaderSize; ++size) {
        const base::ByteView cut = base::ByteView(kHeader).first(size);
        REQUIRE_FALSE(decode_header(cut));
        CHECK(decode_header(cut).error().reason == Reason::DatagramTooShort);
        REQUIRE_FALSE(peek_header(cut));
        CHECK(peek_header(cut).error().reason == Reason::DatagramTooShort);
    }
    REQUIRE_FALSE(decode_header(hex("ff")));
}

TEST_CASE("the length field is exactly the datagram's size", "[wire][rfc7296-3.1][hostile-A2]") {
    for (const char* length : {"00000000", "0000001b", "0000001d", "ffffffff", "80000000"}) {
        base::Bytes bytes = kHeader;
        const base::Bytes claim = hex(length);
        std::copy(claim.begin(), claim.end(), bytes.begin() + 24);
        const auto header = decode_header(bytes);
        REQUIRE_FALSE(header);
        CHECK(header.error().reason == Reason::HeaderLengthMismatch);
        CHECK(peek_header(bytes));
    }
    base::Bytes longer = kHeader;
    longer.push_back(0);
    CHECK(decode_header(longer).error().reason == Reason::HeaderLengthMismatch);
}

TEST_CASE("only major version 2 is read, the others can be peeked at", "[wire][rfc7296-2.5][hostile-A3]") {
    for (unsigned major = 0; major < 16; ++major) {
        const base::Bytes bytes = with(17, static_cast<std::uint8_t>(major << 4));
        const auto header = decode_header(bytes);
        REQUIRE(peek_header(bytes));
        CHECK(peek_header(bytes)->major_version == major);
        if (major == 2) {
            CHECK(header);
        } else {
            REQUIRE_FALSE(header);
            CHECK(header.error().reason == Reason::MajorVersionUnsupported);
        }
    }
}

TEST_CASE("another version is told even when its length looks wrong", "[wire][rfc7296-2.5][hostile-A3]") {
    base::Bytes bytes = with(17, 0x30);
    bytes.push_back(0);
    CHECK(decode_header(bytes).error().reason == Reason::MajorVersionUnsupported);
}

TEST_CASE("minor version, version flag and reserved flags are ignored", "[wire][rfc7296-3.1][hostile-A4]") {
    for (const unsigned flags : {0x00U, 0x08U, 0x20U, 0x28U}) {
        const auto plain = decode_header(with(19, static_cast<std::uint8_t>(flags)));
        for (const unsigned reserved : {0x01U, 0x02U, 0x04U, 0x10U, 0x40U, 0x80U, 0xd7U}) {
            CHECK(decode_header(with(19, static_cast<std::uint8_t>(flags | reserved))).value() == plain.value());
        }
    }
    const auto minor = decode_header(with(17, 0x2f));
    REQUIRE(minor);
    CHECK(minor->minor_version == 15);
    CHECK(encode_header(*minor) == with(17, 0x2f));
}

TEST_CASE("numbers that nobody assigned survive", "[wire][rfc7296-3.1]") {
    const auto header = decode_header(with(18, 240));
    REQUIRE(header);
    CHECK(static_cast<int>(header->exchange) == 240);
    CHECK(encode_header(*header) == with(18, 240));
}

TEST_CASE("registry names are those of the RFC", "[wire][rfc7296-3.1][rfc7296-3.2][rfc7296-3.10.1]") {
    CHECK(to_string(IkeSpi{0x0123456789abcdef}) == "0123456789abcdef");
    CHECK(spi_bytes(IkeSpi{0x0123456789abcdef}) == hex("0123456789abcdef"));
    CHECK(to_string(ExchangeType::create_child_sa) == "CREATE_CHILD_SA");
    CHECK(to_string(ExchangeType{99}) == "unknown exchange");
    CHECK(to_string(PayloadType::id_i) == "IDi");
    CHECK(to_string(PayloadType{123}) == "payload type 123");
    CHECK(to_string(NotifyType::no_proposal_chosen) == "NO_PROPOSAL_CHOSEN");
    CHECK(to_string(NotifyType{40960}) == "NOTIFY_40960");
    CHECK(to_string(AuthMethodId::shared_key_mic) == "SHARED_KEY_MIC");
    CHECK(to_string(AuthMethodId{200}) == "AUTH_METHOD_200");
}

TEST_CASE("error types end below 16384", "[wire][rfc7296-3.10.1]") {
    CHECK(is_error(NotifyType::unsupported_critical_payload));
    CHECK(is_error(NotifyType{16383}));
    CHECK_FALSE(is_error(NotifyType::initial_contact));
    CHECK_FALSE(is_error(NotifyType{65535}));
}
