#include "netlink/policy.h"

#include <bit>
#include <tuple>

namespace xfrmd::netlink {

bool PolicyIdOrder::operator()(const PolicyId& a, const PolicyId& b) const {
    const auto rest = [](const PolicyId& id) { return std::tie(id.direction, id.mark, id.if_id); };
    if (rest(a) != rest(b)) return rest(a) < rest(b);
    return SelectorOrder{}(a.selector, b.selector);
}

Reqid reqid_of(const PolicySpec& policy) {
    return policy.templates.empty() ? Reqid{0} : policy.templates.front().reqid;
}

std::uint32_t policy_index(std::uint32_t number, Direction direction) {
    return number << 3 | static_cast<std::uint32_t>(direction);
}

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
    if (wanted.asks_for_cpus != has.asks_for_cpus) return "acquires";
    if (wanted.offload_interface != has.offload_interface) return "offload";
    return {};
}

std::string to_string(const PolicyId& id) {
    const char* direction = id.direction == Direction::in ? "in" : id.direction == Direction::out ? "out" : "fwd";
    std::string text = std::string("the ") + direction + " policy " + to_string(id.selector);
    if (id.mark.mask != 0) text += " " + to_string(id.mark);
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
