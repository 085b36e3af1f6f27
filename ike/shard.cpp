#include "ike/shard.h"

#include <functional>
#include <string_view>

#include "ike/ikev2/sa/tickets.h"
#include "ike/ikev2/wire/first_look.h"
#include "ike/ikev2/wire/header.h"

namespace xfrmd::ike {

namespace {

using ikev2::wire::ExchangeType;

// RFC 7296 2, 2.23: where no NAT changes them, a peer's ports are these.
bool is_port_of_ike(std::uint16_t port) { return port == 500 || port == 4500; }

std::optional<std::uint8_t> shard_of_first(const Datagram& datagram, ExchangeType exchange, base::ByteView message,
                                           unsigned shards) {
    if (exchange == ExchangeType::ike_session_resume) {
        const auto look = ikev2::wire::look_at_first_request(message);
        return look && look->ticket ? ikev2::sa::shard_of_ticket(*look->ticket) : std::nullopt;
    }
    const bool has_home = exchange == ExchangeType::ike_sa_init && is_port_of_ike(datagram.remote.port);
    return has_home ? std::optional(shard_of(datagram.remote.address, shards)) : std::nullopt;
}

}  // namespace

std::uint8_t shard_of(const base::Address& remote, unsigned shards) {
    const base::ByteView bytes = remote.bytes();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return static_cast<std::uint8_t>(std::hash<std::string_view>{}(text) % shards);
}

std::optional<std::uint8_t> shard_of(const Datagram& datagram, const Sharing& sharing) {
    constexpr std::size_t kMarkerSize = 4;
    base::ByteView bytes = datagram.bytes;
    if (datagram.local.port == sharing.nat_port) {
        if (bytes.size() < kMarkerSize) return std::nullopt;
        bytes = bytes.subspan(kMarkerSize);
    }
    const auto header = ikev2::wire::peek_header(bytes);
    if (!header) return std::nullopt;
    const auto own = header->from_original_initiator ? header->spi_r : header->spi_i;
    if (own == ikev2::wire::IkeSpi::none) return shard_of_first(datagram, header->exchange, bytes, sharing.shards);
    return static_cast<std::uint8_t>(static_cast<std::uint64_t>(own) >> 56);
}

}  // namespace xfrmd::ike
