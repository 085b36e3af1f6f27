#include "daemon/config/swanctl_addresses.h"

#include <algorithm>
#include <optional>

#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

using base::Address;
using base::AddressRange;
using base::Family;

AddressRange everything(Family family) { return {Address::any(family), Address::highest(family)}; }

std::optional<AddressRange> read_from_to(std::string_view item) {
    const std::size_t dash = item.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto first = Address::parse(item.substr(0, dash));
    const auto last = Address::parse(item.substr(dash + 1));
    if (!first || !last || first->family() != last->family() || *last < *first) return std::nullopt;
    return AddressRange{*first, *last};
}

std::optional<AddressRange> read_range(std::string_view item) {
    if (item == "%any4" || item == "0.0.0.0") return everything(Family::ipv4);
    if (item == "%any6" || item == "::") return everything(Family::ipv6);
    if (const auto prefix = base::Prefix::parse(item)) return AddressRange::of(*prefix);
    return read_from_to(item);
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// RFC 1123 2.1, and the underscores that are found in the wild. 63 octets at most.
bool is_label(std::string_view label) {
    constexpr std::size_t kLongest = 63;
    const auto is_inside = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; };
    return !label.empty() && label.size() <= kLongest && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), is_inside);
}

// RFC 1123 2.1: with a letter in the last label, so that no mistyped address is one. 253 octets at most.
bool is_host_name(std::string_view name) {
    constexpr std::size_t kLongest = 253;
    if (name.size() > kLongest) return false;
    while (true) {
        const std::size_t dot = name.find('.');
        const std::string_view label = name.substr(0, dot);
        if (!is_label(label)) return false;
        if (dot == std::string_view::npos) return std::any_of(label.begin(), label.end(), is_letter);
        name.remove_prefix(dot + 1);
    }
}

std::string quoted(std::string_view item) { return "'" + base::printable(item, 64) + "'"; }

}  // namespace

Read<policy::Hosts> read_hosts(const std::vector<std::string_view>& items) {
    policy::Hosts hosts;
    bool any = false;
    for (const std::string_view item : items) {
        if (item == "%any") {
            any = true;
        } else if (const auto range = read_range(item)) {
            hosts.ranges.push_back(*range);
        } else if (is_host_name(item)) {
            hosts.names.emplace_back(item);
        } else {
            return complain(quoted(item) +
                            " is not an address, a host's name, a network (address/length), a range (from-to) or %any");
        }
    }
    if (any && !hosts.is_any()) {
        hosts.ranges.push_back(everything(Family::ipv4));
        hosts.ranges.push_back(everything(Family::ipv6));
    }
    return hosts;
}

Read<std::vector<AddressRange>> read_addresses(const std::vector<std::string_view>& items) {
    auto hosts = read_hosts(items);
    if (!hosts) return complain(std::move(hosts.error()));
    if (!hosts->names.empty()) return complain(quoted(hosts->names.front()) + " is a name: give an address");
    return std::move(hosts->ranges);
}

}  // namespace xfrmd::daemon
