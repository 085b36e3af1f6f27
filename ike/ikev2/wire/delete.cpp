// The Delete payload (RFC 7296 3.11). Protocol, SPI size, count and the bytes present must agree.

#include "ike/base/reader.h"
#include "ike/ikev2/wire/payload_codec.h"

namespace xfrmd::ikev2::wire {

namespace {

constexpr std::size_t kChildSpiSize = 4;

bool is_child_protocol(policy::ProtocolId protocol) {
    return protocol == policy::ProtocolId::ah || protocol == policy::ProtocolId::esp;
}

// RFC 7296 3.11: "It MUST be zero for IKE (SPI is in message header) or four for AH and ESP."
bool sizes_agree(policy::ProtocolId protocol, std::size_t spi_size, std::size_t count, std::size_t present) {
    if (protocol == policy::ProtocolId::ike) return spi_size == 0 && count == 0 && present == 0;
    return is_child_protocol(protocol) && spi_size == kChildSpiSize && present == count * kChildSpiSize;
}

}  // namespace

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | Protocol ID   |   SPI Size    |          Num of SPIs          |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// ~               Security Parameter Index(es) (SPI)              ~
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
base::Result<Delete> decode_delete(base::ByteView body) {
    base::Reader in(body);
    Delete payload;
    payload.protocol = static_cast<policy::ProtocolId>(in.u8());
    const std::size_t spi_size = in.u8();
    const std::size_t count = in.u16();
    if (!in.ok()) return base::fail(base::Reason::PayloadMalformed, "cut short");
    if (!sizes_agree(payload.protocol, spi_size, count, in.left())) {
        return base::fail(base::Reason::PayloadMalformed, std::to_string(count) + " SPIs of " +
                                                              std::to_string(spi_size) + " bytes in " +
                                                              std::to_string(in.left()) + " bytes");
    }
    payload.spis.reserve(count);
    while (!in.done()) payload.spis.push_back(in.u32());
    return payload;
}

void encode_body(base::Writer& out, const Delete& payload) {
    out.u8(static_cast<std::uint8_t>(payload.protocol));
    out.u8(is_child_protocol(payload.protocol) ? kChildSpiSize : 0);
    out.patch_u16(out.mark_u16(), payload.spis.size());
    for (const std::uint32_t spi : payload.spis) out.u32(spi);
}

}  // namespace xfrmd::ikev2::wire
