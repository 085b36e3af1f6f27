// Which engine a datagram is for, by the shard in the top byte of our own SPI, or in a ticket of ours (RFC 5723), whose
// key no other engine has. Anything that is not clearly for somebody is for whoever has it (RFC 7296 3.1; RFC
// 3948 2.2). A peer that begins from a port of IKE's finds the engine that its address leads to, as what we begin
// towards it does: there its IKE SAs know of each other. Behind a NAT there may be many, and each is for whoever has
// it.
#pragma once

#include <cstdint>
#include <optional>

#include "ike/inputs.h"

namespace xfrmd::ike {

// How engines share our addresses.
struct Sharing {
    std::uint16_t nat_port = 4500;  // our own
    unsigned shards = 1;            // 1..256
};

// nullopt: the first message of an IKE SA from a port of its own, or nothing one could route.
std::optional<std::uint8_t> shard_of(const Datagram& datagram, const Sharing& sharing);

std::uint8_t shard_of(const base::Address& remote, unsigned shards);

// What is below the shard: short, and no other engine's either.
template <typename Id>
constexpr std::uint64_t short_number(Id id) {
    return static_cast<std::uint64_t>(id) & ((std::uint64_t{1} << 56) - 1);
}

inline std::uint8_t shard_of(IkeSaId id) { return static_cast<std::uint8_t>(static_cast<std::uint64_t>(id) >> 56); }

}  // namespace xfrmd::ike
