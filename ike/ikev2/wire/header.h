// The IKE header (RFC 7296 3.1) and the registries of its fields (IANA "IKEv2 Parameters"). Enums name the numbers we
// know; any other value is kept as it came. All numbers are in host order here and in network order on the wire.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                       IKE SA Initiator's SPI                  |
// |                                                               |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                       IKE SA Responder's SPI                  |
// |                                                               |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |  Next Payload | MjVer | MnVer | Exchange Type |X|X|R|V|I|X|X|X|
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                          Message ID                           |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                            Length                             |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "ike/base/bytes.h"
#include "ike/base/result.h"

namespace xfrmd::ikev2::wire {

inline constexpr std::size_t kHeaderSize = 28;
inline constexpr std::size_t kSpiSize = 8;

// An IKE SA's SPI as one side chose it; 0 is "not chosen yet".
enum class IkeSpi : std::uint64_t { none = 0 };
enum class MessageId : std::uint32_t {};

enum class ExchangeType : std::uint8_t {
    ike_sa_init = 34,
    ike_auth = 35,
    create_child_sa = 36,
    informational = 37,
    ike_session_resume = 38,
    ike_intermediate = 43,
    ike_followup_ke = 44,
};

// With which an IKE SA begins, in the clear: RFC 7296 1.2, RFC 5723 4.3.2.
constexpr bool is_first_exchange(ExchangeType exchange) {
    return exchange == ExchangeType::ike_sa_init || exchange == ExchangeType::ike_session_resume;
}

enum class PayloadType : std::uint8_t {
    none = 0,
    sa = 33,
    ke = 34,
    id_i = 35,
    id_r = 36,
    cert = 37,
    certreq = 38,
    auth = 39,
    nonce = 40,
    notify = 41,
    delete_ = 42,
    vendor_id = 43,
    ts_i = 44,
    ts_r = 45,
    encrypted = 46,
    configuration = 47,
    eap = 48,
    encrypted_fragment = 53,
};

struct Header {
    IkeSpi spi_i = IkeSpi::none;
    IkeSpi spi_r = IkeSpi::none;
    PayloadType next_payload = PayloadType::none;
    std::uint8_t major_version = 2;  // 0..15
    std::uint8_t minor_version = 0;  // 0..15
    ExchangeType exchange = ExchangeType::ike_sa_init;
    bool from_original_initiator = false;  // the I flag
    bool is_response = false;              // the R flag
    MessageId message_id{};
    std::uint32_t length = 0;  // of the whole message in bytes, header included

    friend bool operator==(const Header&, const Header&) = default;
};

// Reads 28 bytes and checks only what can be checked without knowing the SA: size, major version, length field (must be
// exactly the datagram's size). Reserved and version flags are ignored (RFC 7296 2.5, 3.1); SPIs of zero are let
// through. Errors: DatagramTooShort, MajorVersionUnsupported, HeaderLengthMismatch.
base::Result<Header> decode_header(base::ByteView datagram);
// The header of a datagram whose version or length may be wrong, for answering INVALID_MAJOR_VERSION; only size is
// checked. Error: DatagramTooShort.
base::Result<Header> peek_header(base::ByteView datagram);
// Writes every field as it stands, `length` included.
base::Bytes encode_header(const Header& header);

// 8 bytes in network order.
base::Bytes spi_bytes(IkeSpi spi);
std::string to_string(IkeSpi spi);                  // 16 hexadecimal digits
std::string_view to_string(ExchangeType exchange);  // "IKE_AUTH", or "unknown exchange"
std::string to_string(PayloadType type);            // RFC 7296 3.2's notation ("IDi"), or "payload type 123"

}  // namespace xfrmd::ikev2::wire
