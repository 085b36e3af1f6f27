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

// A name has a letter and nothing that only addresses, networks and ranges have.
bool looks_like_a_name(std::string_view item) {
    return std::any_of(item.begin(), item.end(), is_letter) && item.find_first_of(":/%") == std::string_view::npos;
}

std::string complaint(std::string_view item) {
    const std::string quoted = "'" + base::printable(item, 64) + "'";
    if (looks_like_a_name(item)) return quoted + ": DNS names are not yet honoured, give an address";
    return quoted + " is not an address, a network (address/length), a range (from-to) or %any";
}

}  // namespace

Read<std::vector<AddressRange>> read_addresses(const std::vector<std::string_view>& items) {
    std::vector<AddressRange> ranges;
    bool any = false;
    for (const std::string_view item : items) {
        const auto range = read_range(item);
        if (range) {
            ranges.push_back(*range);
        } else if (item == "%any") {
            any = true;
        } else {
            return complain(complaint(item));
        }
    }
    if (any && !ranges.empty()) {
        ranges.push_back(everything(Family::ipv4));
        ranges.push_back(everything(Family::ipv6));
    }
    return ranges;
}

}  // namespace xfrmd::daemon
