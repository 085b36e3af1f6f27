// The packets of vici, each in a frame (frame_splitter.h): a type, for some types a name, and a message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/vici/message.h"

namespace xfrmd::daemon::vici {

inline constexpr std::size_t kMostPacketBytes = std::size_t{512} << 10;  // of a frame's contents

enum class PacketType : std::uint8_t {
    request = 0,  // with a name, as all that are about a command or an event
    response = 1,
    unknown_command = 2,
    follow = 3,  // an event, by name
    unfollow = 4,
    confirm = 5,  // of one of these two
    unknown_event = 6,
    event = 7,
};
constexpr bool has_name(PacketType type) {
    return type == PacketType::request || type == PacketType::follow || type == PacketType::unfollow ||
           type == PacketType::event;
}

struct Packet {
    PacketType type = PacketType::response;
    std::string name = {};
    Section message = {};
};

// The whole frame; nothing where it would be longer than kMostPacketBytes.
std::optional<base::Bytes> encode(const Packet& packet);
// The contents of a frame. Error: half a sentence.
tl::expected<Packet, std::string> decode_packet(base::ByteView contents);

}  // namespace xfrmd::daemon::vici
