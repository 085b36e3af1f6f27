// Which packets an SA or a policy is for, as Linux knows it: prefixes and masked ports, no ranges (RFC 4301 4.4.1.1 has
// ranges; cover() splits them). Pure values; ports in host order.
// For ICMP and ICMPv6 the source port holds the type and the destination port the code; Linux matches Mobility Header
// types (source port) and GRE keys (upper half in the source port) that way, too.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ike/base/address.h"

namespace xfrmd::netlink {

// A port matches where (port & mask) == (value & mask). Mask 0 is any port.
struct PortMatch {
    std::uint16_t value = 0;
    std::uint16_t mask = 0;
    friend auto operator<=>(const PortMatch&, const PortMatch&) = default;
};

struct Selector {
    base::Prefix source;
    base::Prefix destination;
    std::uint8_t protocol = 0;  // 0 any
    PortMatch source_port;
    PortMatch destination_port;
    std::uint32_t interface = 0;  // the index of the one that packets come in by or go out by; 0 any
    friend bool operator==(const Selector&, const Selector&) = default;
};

// A strict order for maps; it means nothing else.
struct SelectorOrder {
    bool operator()(const Selector& a, const Selector& b) const;
};

// The same traffic seen from the other end. Ports change sides where the protocol has a source and a destination port.
Selector reversed(const Selector& selector);

// As the kernel compares them, bit by bit: host bits of prefixes and unmasked bits of ports cleared.
Selector canonical(const Selector& selector);

// Leaves nothing of its family out.
bool is_any(const Selector& selector);

// "10.1.0.0/24 === 10.2.0.0/24", "10.1.0.0/24[6/443] === 10.2.0.0/24[6]"; protocols and ports as numbers, a mask that
// is not whole behind a slash in hexadecimal ("[17/1024/0xfc00]"); " on interface 7" behind it all.
std::string to_string(const Selector& selector);

// One end of a pair of traffic selectors: addresses, and ports from first to last, both included.
struct TrafficEnd {
    base::AddressRange addresses;
    std::uint16_t first_port = 0;
    std::uint16_t last_port = 65535;
};

// The fewest prefixes that are exactly this range: at most 62 for IPv4, 254 for IPv6. Empty where first > last.
std::vector<base::Prefix> cover(const base::AddressRange& range);
// The fewest masked ports that are exactly this range, at most 30. Empty where first > last (RFC 7296 3.13.1: OPAQUE).
std::vector<PortMatch> cover(std::uint16_t first_port, std::uint16_t last_port);

inline constexpr std::size_t kMostSelectorsOfPair = 64;

// Exactly the traffic between the two ends, never more (RFC 4301 4.4.1: what leaves must match what was negotiated).
// With ICMP and ICMPv6 the ports of the ends are RFC 7296 3.13.1's, type << 8 | code, and both ends apply to the one
// message. nullopt: what Linux cannot match: OPAQUE ports, ports with a protocol that has none, ends of two families;
// and more than kMostSelectorsOfPair pieces.
std::optional<std::vector<Selector>> selectors_between(const TrafficEnd& source, const TrafficEnd& destination,
                                                       std::uint8_t protocol);

}  // namespace xfrmd::netlink
