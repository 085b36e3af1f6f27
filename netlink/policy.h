// What a policy is to the kernel: one entry of the SPD (RFC 4301 4.4.1) with the template of the SA that has to serve
// it. Plain values. Identity is the direction and the selector; priorities are told apart by policy_priority().
#pragma once

#include <cstdint>
#include <string>

#include "netlink/sa.h"
#include "netlink/selector.h"

namespace xfrmd::netlink {

// Linux looks up `forward` for what came out of a tunnel and goes on to another host, `in` for what stays here.
enum class Direction : std::uint8_t { in, out, forward };

struct PolicyId {
    Direction direction = Direction::out;
    Selector selector;
    friend bool operator==(const PolicyId&, const PolicyId&) = default;
};

struct PolicySpec {
    PolicyId id;
    std::uint32_t priority = 0;  // the kernel prefers the lowest
    // The template:
    Mode mode = Mode::tunnel;
    std::uint8_t protocol = kEsp;
    Reqid reqid{};
    base::Address source;  // outer addresses, in the direction of the packets
    base::Address destination;
    Spi spi{};  // 0: any SA with this reqid
    friend bool operator==(const PolicySpec&, const PolicySpec&) = default;
};

// What the kernel tells of a policy it has. A policy without a template, such as a bypass, has reqid 0.
struct PolicyState {
    PolicyId id;
    std::uint32_t priority = 0;
    Reqid reqid{};
    Spi spi{};
    base::Address source;  // of the template
    base::Address destination;
};

// "the out policy 10.1.0.0/24 === 10.2.0.0/24"
std::string to_string(const PolicyId& id);

// strongSwan's numbers, for scripts that compare: 400000, less 512 for each prefix bit of both ends, 256 with a
// protocol, 4 for each bit of both port masks, and 1 as every policy but a trap. Lower is preferred.
std::uint32_t policy_priority(const Selector& selector);

}  // namespace xfrmd::netlink
