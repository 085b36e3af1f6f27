#include "ike/policy/traffic_selector.h"

#include <algorithm>

namespace xfrmd::policy {

namespace {

// RFC 7296 3.13: the count of a Traffic Selector payload is one octet.
constexpr std::size_t kMostSelectors = 255;

struct Ports {
    std::uint16_t first;
    std::uint16_t last;
};

// RFC 4301 4.4.1.1: ANY holds OPAQUE, but no range of numbers does.
std::optional<Ports> intersect_ports(const TrafficSelector& a, const TrafficSelector& b) {
    if (a.any_port()) return Ports{b.first_port, b.last_port};
    if (b.any_port()) return Ports{a.first_port, a.last_port};
    if (a.is_opaque() || b.is_opaque()) {
        return a.is_opaque() && b.is_opaque() ? std::optional(Ports{a.first_port, a.last_port}) : std::nullopt;
    }
    const Ports ports{std::max(a.first_port, b.first_port), std::min(a.last_port, b.last_port)};
    return ports.first <= ports.last ? std::optional(ports) : std::nullopt;
}

bool holds_ports(const TrafficSelector& outer, const TrafficSelector& inner) {
    if (outer.any_port()) return true;
    if (outer.is_opaque() || inner.is_opaque()) return outer.is_opaque() && inner.is_opaque();
    return outer.first_port <= inner.first_port && inner.last_port <= outer.last_port;
}

// 0 is any protocol.
std::optional<std::uint8_t> intersect_protocols(std::uint8_t a, std::uint8_t b) {
    if (a == 0 || a == b) return b;
    return b == 0 ? std::optional(a) : std::nullopt;
}

std::optional<base::AddressRange> intersect_addresses(const base::AddressRange& a, const base::AddressRange& b) {
    if (a.first.family() != b.first.family()) return std::nullopt;
    const base::AddressRange range{std::max(a.first, b.first), std::min(a.last, b.last)};
    return range.first <= range.last ? std::optional(range) : std::nullopt;
}

void add(TrafficSelectors& kept, const TrafficSelector& more) {
    const auto holds_more = [&more](const TrafficSelector& one) { return one.contains(more); };
    if (std::any_of(kept.begin(), kept.end(), holds_more)) return;
    std::erase_if(kept, [&more](const TrafficSelector& one) { return more.contains(one); });
    kept.push_back(more);
}

TrafficSelectors without_contained(const TrafficSelectors& selectors) {
    TrafficSelectors kept;
    for (std::size_t i = 0; i < std::min(selectors.size(), kMostSelectors); ++i) add(kept, selectors[i]);
    return kept;
}

}  // namespace

bool TrafficSelector::contains(const TrafficSelector& other) const {
    if (protocol != 0 && protocol != other.protocol) return false;
    return holds_ports(*this, other) && addresses.first.family() == other.addresses.first.family() &&
           addresses.first <= other.addresses.first && other.addresses.last <= addresses.last;
}

TrafficSelector ConfiguredSelector::resolve(const base::Address& host) const {
    if (!dynamic) return selector;
    TrafficSelector resolved = selector;
    const unsigned prefix = host.is_any() ? 0 : host.bits();
    resolved.addresses = base::AddressRange::of({host, prefix});
    return resolved;
}

std::optional<TrafficSelector> intersect(const TrafficSelector& a, const TrafficSelector& b) {
    const auto addresses = intersect_addresses(a.addresses, b.addresses);
    const auto protocol = intersect_protocols(a.protocol, b.protocol);
    const auto ports = intersect_ports(a, b);
    if (!addresses || !protocol || !ports) return std::nullopt;
    return TrafficSelector{*addresses, *protocol, ports->first, ports->last};
}

TrafficSelectors narrow(const TrafficSelectors& ours, const TrafficSelectors& offered) {
    TrafficSelectors kept;
    const TrafficSelectors theirs = without_contained(offered);
    for (const TrafficSelector& own : without_contained(ours)) {
        for (const TrafficSelector& their : theirs) {
            if (const auto common = intersect(own, their)) add(kept, *common);
            // What an answer cannot hold is narrowed away.
            if (kept.size() == kMostSelectors) return kept;
        }
    }
    return kept;
}

bool covers(const TrafficSelectors& outer, const TrafficSelectors& inner) {
    return std::all_of(inner.begin(), inner.end(), [&outer](const TrafficSelector& one) {
        return std::any_of(outer.begin(), outer.end(),
                           [&one](const TrafficSelector& around) { return around.contains(one); });
    });
}

TrafficSelectors with_packet_first(TrafficSelectors selectors, const TrafficSelector& packet) {
    const bool is_one_of_them = std::find(selectors.begin(), selectors.end(), packet) != selectors.end();
    if (is_one_of_them || selectors.size() >= kMostSelectors || !covers(selectors, {packet})) return selectors;
    selectors.insert(selectors.begin(), packet);
    return selectors;
}

}  // namespace xfrmd::policy
