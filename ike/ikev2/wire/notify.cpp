// The Notify payload (RFC 7296 3.10). What SPI and data a type wants is known to the exchange that reads it.

#include "ike/base/reader.h"
#include "ike/ikev2/wire/payload_codec.h"

namespace xfrmd::ikev2::wire {

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |  Protocol ID  |   SPI Size    |      Notify Message Type      |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                Security Parameter Index (SPI)                 ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~                       Notification Data                       ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
base::Result<Notify> decode_notify(base::ByteView body) {
    base::Reader in(body);
    Notify payload;
    payload.protocol = static_cast<policy::ProtocolId>(in.u8());
    const std::size_t spi_size = in.u8();
    payload.type = static_cast<NotifyType>(in.u16());
    payload.spi = base::to_bytes(in.bytes(spi_size));
    payload.data = base::to_bytes(in.remaining());
    if (!in.ok()) return base::fail(base::Reason::PayloadMalformed, "cut short");
    return payload;
}

void encode_body(base::Writer& out, const Notify& payload) {
    out.u8(static_cast<std::uint8_t>(payload.protocol));
    out.patch_u8(out.mark_u8(), payload.spi.size());
    out.u16(static_cast<std::uint16_t>(payload.type)).bytes(payload.spi).bytes(payload.data);
}

}  // namespace xfrmd::ikev2::wire
