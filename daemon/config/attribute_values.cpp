#include "daemon/config/attribute_values.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "ike/base/address.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

constexpr std::size_t kLongestAttribute = 1024;  // bytes
constexpr std::uint32_t kMostTypes = 0x7fff;     // RFC 7296 3.15.1: 15 bits

// An address; with a length behind it, an IPv4 one is followed by a netmask, an IPv6 one by the length (RFC 7296
// 3.15.1).
std::optional<std::pair<base::Family, base::Bytes>> address_value(std::string_view text) {
    const auto address = base::Address::parse(text.substr(0, text.find('/')));
    const auto prefix = base::Prefix::parse(text);
    if (!address || !prefix) return std::nullopt;
    base::Bytes value = base::to_bytes(address->bytes());
    if (text.find('/') != std::string_view::npos) {
        if (address->is_v6()) {
            value.push_back(static_cast<std::uint8_t>(prefix->length));
        } else {
            base::append(value, base::Address::highest(base::Family::ipv4).network(prefix->length).bytes());
        }
    }
    return std::pair(address->family(), std::move(value));
}

Read<void> add(std::vector<policy::PoolAttribute>& attributes, std::uint16_t type, base::Bytes value) {
    if (attributes.size() == kMostAttributes) {
        return complain("expected at most " + std::to_string(kMostAttributes) + " attributes");
    }
    attributes.push_back({type, std::move(value)});
    return {};
}

}  // namespace

Read<void> add_addresses(std::vector<policy::PoolAttribute>& attributes, AttributeTypes types,
                         std::span<const std::string_view> items) {
    for (const std::string_view item : items) {
        auto value = address_value(item);
        if (!value) {
            return complain("'" + base::printable(item, 64) + "' is neither an address nor a network (address/length)");
        }
        const std::uint16_t type = value->first == base::Family::ipv4 ? types.v4 : types.v6;
        if (auto added = add(attributes, type, std::move(value->second)); !added) return added;
    }
    return {};
}

Read<void> add_numbered(std::vector<policy::PoolAttribute>& attributes, std::string_view name,
                        std::span<const std::string_view> items) {
    std::uint32_t type = 0;
    std::from_chars(name.data(), name.data() + name.size(), type);
    if (type == 0 || type > kMostTypes) return complain("expected the number of an attribute, from 1 to 32767");
    for (const std::string_view item : items) {
        if (item.empty()) continue;
        if (item.size() > kLongestAttribute) return complain("is too long");
        auto address = address_value(item);
        base::Bytes value = address ? std::move(address->second) : base::to_bytes(base::as_bytes(item));
        if (auto added = add(attributes, static_cast<std::uint16_t>(type), std::move(value)); !added) return added;
    }
    return {};
}

bool is_attribute_number(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace xfrmd::daemon
