#include "daemon/vici/packet.h"

#include "ike/base/reader.h"
#include "ike/base/writer.h"

namespace xfrmd::daemon::vici {

std::optional<base::Bytes> encode(const Packet& packet) {
    base::Writer writer;
    const auto length = writer.mark_u32();
    const std::size_t begin = writer.size();
    writer.u8(static_cast<std::uint8_t>(packet.type));
    if (has_name(packet.type)) {
        writer.u8(static_cast<std::uint8_t>(packet.name.size())).bytes(base::as_bytes(packet.name));
    }
    writer.bytes(encode(packet.message));
    const std::size_t size = writer.size() - begin;
    if (size > kMostPacketBytes) return std::nullopt;
    writer.patch_u32(length, size);
    return writer.take();
}

tl::expected<Packet, std::string> decode_packet(base::ByteView contents) {
    base::Reader reader(contents);
    const std::uint8_t type = reader.u8();
    if (!reader.ok()) return tl::unexpected<std::string>("it is empty");
    if (type > static_cast<std::uint8_t>(PacketType::event)) {
        return tl::unexpected("its type is unknown: " + std::to_string(type));
    }
    Packet packet{static_cast<PacketType>(type)};
    if (has_name(packet.type)) packet.name = base::as_text(reader.bytes(reader.u8()));
    if (!reader.ok()) return tl::unexpected<std::string>("its name is cut off");
    auto message = decode(reader.remaining());
    if (!message) return tl::unexpected(std::move(message.error()));
    packet.message = std::move(*message);
    return packet;
}

}  // namespace xfrmd::daemon::vici
