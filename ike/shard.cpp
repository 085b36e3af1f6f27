#include "ike/shard.h"

#include "ike/ikev2/sa/tickets.h"
#include "ike/ikev2/wire/first_look.h"
#include "ike/ikev2/wire/header.h"

namespace xfrmd::ike {

std::optional<std::uint8_t> shard_of(const Datagram& datagram, std::uint16_t nat_port) {
    constexpr std::size_t kMarkerSize = 4;
    base::ByteView bytes = datagram.bytes;
    if (datagram.local.port == nat_port) {
        if (bytes.size() < kMarkerSize) return std::nullopt;
        bytes = bytes.subspan(kMarkerSize);
    }
    const auto header = ikev2::wire::peek_header(bytes);
    if (!header) return std::nullopt;
    const auto own = header->from_original_initiator ? header->spi_r : header->spi_i;
    if (own == ikev2::wire::IkeSpi::none) {
        if (header->exchange != ikev2::wire::ExchangeType::ike_session_resume) return std::nullopt;
        const auto look = ikev2::wire::look_at_first_request(bytes);
        return look && look->ticket ? ikev2::sa::shard_of_ticket(*look->ticket) : std::nullopt;
    }
    return static_cast<std::uint8_t>(static_cast<std::uint64_t>(own) >> 56);
}

}  // namespace xfrmd::ike
