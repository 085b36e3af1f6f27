#include "netlink/policy.h"

#include <bit>

namespace xfrmd::netlink {

std::string to_string(const PolicyId& id) {
    const char* direction = id.direction == Direction::in ? "in" : id.direction == Direction::out ? "out" : "fwd";
    return std::string("the ") + direction + " policy " + to_string(id.selector);
}

std::uint32_t policy_priority(const Selector& selector) {
    const unsigned prefix_bits = selector.source.length + selector.destination.length;
    const int port_bits = std::popcount(selector.source_port.mask) + std::popcount(selector.destination_port.mask);
    std::uint32_t priority = 400000 - 1;
    priority -= prefix_bits * 512;
    priority -= selector.protocol != 0 ? 256 : 0;
    priority -= static_cast<std::uint32_t>(port_bits) * 4;
    return priority;
}

}  // namespace xfrmd::netlink
