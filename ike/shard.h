// Which engine a datagram is for, by the shard in the top byte of our own SPI, or in a ticket of ours (RFC 5723), whose
// key no other engine has. Anything that is not clearly for somebody is for whoever has it (RFC 7296 3.1; RFC
// 3948 2.2).
#pragma once

#include <cstdint>
#include <optional>

#include "ike/inputs.h"

namespace xfrmd::ike {

// nullopt: the first message of an IKE SA without a ticket, or nothing one could route.
std::optional<std::uint8_t> shard_of(const Datagram& datagram, std::uint16_t nat_port);

inline std::uint8_t shard_of(IkeSaId id) { return static_cast<std::uint8_t>(static_cast<std::uint64_t>(id) >> 56); }

}  // namespace xfrmd::ike
