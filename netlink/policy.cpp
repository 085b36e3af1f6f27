#include "netlink/policy.h"

#include <array>
#include <bit>
#include <cstdio>

namespace xfrmd::netlink {

namespace {

// linux/xfrm.h's numbers, which an index carries.
std::uint32_t number_of(Direction direction) {
    switch (direction) {
        case Direction::in:
            return 0;
        case Direction::forward:
            return 2;
        case Direction::out:
            break;
    }
    return 1;
}

}  // namespace

Reqid reqid_of(const PolicySpec& policy) {
    return policy.templates.empty() ? Reqid{0} : policy.templates.front().reqid;
}

std::uint32_t policy_index(std::uint32_t number, Direction direction) { return number << 3 | number_of(direction); }

std::string difference(const PolicySpec& wanted, const PolicyState& had) {
    const PolicySpec& has = had.policy;
    const Selector selector = canonical(wanted.id.selector);
    if (wanted.id.direction != has.id.direction || selector != has.id.selector) return "selector";
    if (wanted.id.mark != has.id.mark) return "mark";
    if (wanted.id.if_id != has.id.if_id) return "if_id";
    if (wanted.index != 0 && wanted.index != has.index) return "index";
    if (wanted.priority != has.priority) return "priority";
    if (wanted.action != has.action) return "action";
    if (wanted.templates != has.templates) return "templates";
    if (wanted.icmp != has.icmp) return "icmp";
    if (wanted.offload_interface != has.offload_interface) return "offload";
    return {};
}

std::string to_string(const PolicyId& id) {
    const char* direction = id.direction == Direction::in ? "in" : id.direction == Direction::out ? "out" : "fwd";
    std::string text = std::string("the ") + direction + " policy " + to_string(id.selector);
    if (id.mark.mask != 0) {
        std::array<char, 32> mark{};
        std::snprintf(mark.data(), mark.size(), " mark 0x%x/0x%x", id.mark.value, id.mark.mask);
        text += mark.data();
    }
    if (id.if_id != 0) text += " if_id " + std::to_string(id.if_id);
    return text;
}

std::uint32_t policy_priority(const Selector& selector) {
    const unsigned prefix_bits = selector.source.length + selector.destination.length;
    const int port_bits = std::popcount(selector.source_port.mask) + std::popcount(selector.destination_port.mask);
    std::uint32_t priority = 400000 - 1;
    priority -= prefix_bits * 512;
    priority -= selector.protocol != 0 ? 256 : 0;
    priority -= static_cast<std::uint32_t>(port_bits) * 4;
    priority -= selector.interface != 0 ? 2 : 0;
    return priority;
}

}  // namespace xfrmd::netlink
