#include "netlink/selector.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <tuple>

namespace xfrmd::netlink {

namespace {

using base::Address;
using base::AddressRange;
using base::Prefix;

// Those whose ports Linux looks at (xfrm_flowi_sport): the rest has none, or numbers that do not change sides.
bool has_ports(std::uint8_t protocol) {
    return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP ||
           protocol == IPPROTO_UDPLITE;
}

bool is_icmp(std::uint8_t protocol) { return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6; }

PortMatch canonical(const PortMatch& port) { return {static_cast<std::uint16_t>(port.value & port.mask), port.mask}; }

std::string to_string(const PortMatch& port) {
    if (port.mask == 0) return {};
    std::string text = "/" + std::to_string(port.value);
    if (port.mask == 0xffff) return text;
    std::array<char, 8> mask{};
    std::snprintf(mask.data(), mask.size(), "/0x%04x", port.mask);
    return text + mask.data();
}

std::string end_to_string(const Prefix& prefix, std::uint8_t protocol, const PortMatch& port) {
    std::string text = prefix.to_string();
    if (protocol != 0) text += "[" + std::to_string(protocol) + to_string(port) + "]";
    return text;
}

Address successor(const Address& address) {
    std::array<std::uint8_t, 16> octets{};
    const std::size_t size = address.size();
    std::copy_n(address.bytes().begin(), size, octets.begin());
    for (std::size_t i = size; i-- > 0;) {
        if (++octets[i] != 0) break;
    }
    return Address::from_bytes(base::ByteView(octets).first(size)).value_or(address);
}

// The shortest prefix that starts at `first` and does not go beyond `last`.
unsigned longest_step(const Address& first, const Address& last) {
    unsigned length = first.bits();
    while (length > 0 && first.network(length - 1) == first && first.last_of_network(length - 1) <= last) --length;
    return length;
}

// Both ends speak of the same message: what is left is what both allow. RFC 7296 3.13.1 puts the type into the upper
// byte.
std::vector<std::pair<PortMatch, PortMatch>> icmp_matches(const TrafficEnd& a, const TrafficEnd& b) {
    // The flow's type and code are bytes, so a mask over the upper half only says that it is empty, as it is.
    const auto widened = [](int value, int mask) {
        return PortMatch{static_cast<std::uint16_t>(value & 0xff),
                         static_cast<std::uint16_t>((mask & 0xff) == 0 ? 0 : 0xff00 | (mask & 0xff))};
    };
    std::vector<std::pair<PortMatch, PortMatch>> matches;
    for (const PortMatch& both : cover(std::max(a.first_port, b.first_port), std::min(a.last_port, b.last_port))) {
        matches.emplace_back(widened(both.value >> 8, both.mask >> 8), widened(both.value, both.mask));
    }
    return matches;
}

// Pairs of source and destination port; empty where there is no way to say it.
std::vector<std::pair<PortMatch, PortMatch>> port_matches(const TrafficEnd& source, const TrafficEnd& destination,
                                                          std::uint8_t protocol) {
    const auto any = [](const TrafficEnd& end) { return end.first_port == 0 && end.last_port == 65535; };
    if (any(source) && any(destination)) return {{}};
    // Both ends as RFC 7296 3.13.1 writes OPAQUE: 65535 to 0.
    if (source.first_port > source.last_port || destination.first_port > destination.last_port) return {};
    if (is_icmp(protocol)) return icmp_matches(source, destination);
    if (!has_ports(protocol)) return {};
    std::vector<std::pair<PortMatch, PortMatch>> matches;
    for (const PortMatch& from : cover(source.first_port, source.last_port)) {
        for (const PortMatch& to : cover(destination.first_port, destination.last_port)) matches.emplace_back(from, to);
    }
    return matches;
}

}  // namespace

bool SelectorOrder::operator()(const Selector& a, const Selector& b) const {
    const auto key = [](const Selector& s) {
        return std::tie(s.source.network, s.source.length, s.destination.network, s.destination.length, s.protocol,
                        s.source_port, s.destination_port, s.interface);
    };
    return key(a) < key(b);
}

Selector reversed(const Selector& selector) {
    Selector other = selector;
    std::swap(other.source, other.destination);
    if (has_ports(selector.protocol)) std::swap(other.source_port, other.destination_port);
    return other;
}

Selector canonical(const Selector& selector) {
    const auto cut = [](const Prefix& prefix) {
        const unsigned length = std::min(prefix.length, prefix.network.bits());
        return Prefix{prefix.network.network(length), length};
    };
    Selector result = selector;
    result.source = cut(selector.source);
    result.destination = cut(selector.destination);
    result.source_port = canonical(selector.source_port);
    result.destination_port = canonical(selector.destination_port);
    return result;
}

bool is_any(const Selector& selector) {
    return selector.source.length == 0 && selector.destination.length == 0 && selector.protocol == 0 &&
           selector.source_port.mask == 0 && selector.destination_port.mask == 0 && selector.interface == 0;
}

std::string to_string(const Selector& selector) {
    return end_to_string(selector.source, selector.protocol, selector.source_port) +
           " === " + end_to_string(selector.destination, selector.protocol, selector.destination_port) +
           (selector.interface != 0 ? " on interface " + std::to_string(selector.interface) : "");
}

std::vector<Prefix> cover(const AddressRange& range) {
    std::vector<Prefix> prefixes;
    if (range.first.family() != range.last.family()) return prefixes;
    Address next = range.first;
    while (next <= range.last) {
        const unsigned length = longest_step(next, range.last);
        prefixes.push_back({next, length});
        const Address end = next.last_of_network(length);
        if (end == range.last) break;  // also where there is no successor
        next = successor(end);
    }
    return prefixes;
}

std::vector<PortMatch> cover(std::uint16_t first_port, std::uint16_t last_port) {
    std::vector<PortMatch> ports;
    std::uint32_t next = first_port;
    while (next <= last_port) {
        std::uint32_t size = 1;
        while (next % (size * 2) == 0 && next + size * 2 - 1 <= last_port) size *= 2;
        ports.push_back({static_cast<std::uint16_t>(next), static_cast<std::uint16_t>(0x10000 - size)});
        next += size;
    }
    return ports;
}

std::optional<std::vector<Selector>> selectors_between(const TrafficEnd& source, const TrafficEnd& destination,
                                                       std::uint8_t protocol) {
    if (source.addresses.first.family() != destination.addresses.first.family()) return std::nullopt;
    const std::vector<Prefix> from = cover(source.addresses);
    const std::vector<Prefix> to = cover(destination.addresses);
    const auto ports = port_matches(source, destination, protocol);
    const std::size_t count = from.size() * to.size() * ports.size();
    if (count == 0 || count > kMostSelectorsOfPair) return std::nullopt;
    std::vector<Selector> selectors;
    selectors.reserve(count);
    for (const Prefix& source_prefix : from) {
        for (const Prefix& destination_prefix : to) {
            for (const auto& [source_port, destination_port] : ports) {
                selectors.push_back({source_prefix, destination_prefix, protocol, source_port, destination_port});
            }
        }
    }
    return selectors;
}

}  // namespace xfrmd::netlink
