#include "daemon/config/swanctl_pool.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "daemon/config/swanctl_section.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

using settings::View;

constexpr std::size_t kMostAttributes = 64;  // of a pool
constexpr std::size_t kMostVips = 16;
constexpr std::size_t kMostPools = 16;           // of a connection
constexpr std::size_t kLongestAttribute = 1024;  // bytes
constexpr std::uint32_t kMostTypes = 0x7fff;     // RFC 7296 3.15.1: 15 bits

std::string quoted(std::string_view item) { return "'" + base::printable(item, 64) + "'"; }

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

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// `25 = example.com`: addresses as such, anything else as it is written.
Verdict add_numbered(policy::Pool& pool, const settings::Setting& setting) {
    std::uint32_t type = 0;
    std::from_chars(setting.name.data(), setting.name.data() + setting.name.size(), type);
    if (type == 0 || type > kMostTypes) return complain("expected the number of an attribute, from 1 to 32767");
    std::vector<std::string_view> items = split_list(*setting.value);
    if (setting.items) items.assign(setting.items->begin(), setting.items->end());
    for (const std::string_view item : items) {
        if (item.empty()) continue;
        if (item.size() > kLongestAttribute) return complain("is too long");
        if (pool.attributes.size() == kMostAttributes) return complain("expected at most 64 attributes");
        auto address = address_value(item);
        pool.attributes.push_back({static_cast<std::uint16_t>(type),
                                   address ? std::move(address->second) : base::to_bytes(base::as_bytes(item))});
    }
    return {};
}

}  // namespace

policy::Pool read_pool(const View& section, const std::string& path, ErrorList& errors) {
    policy::Pool pool;
    pool.name = section.name();
    read_settings(section, Place::pool, path, {.pool = &pool}, errors);
    for (const settings::Setting* setting : section.settings()) {
        if (!is_number(setting->name)) continue;
        if (const Verdict added = add_numbered(pool, *setting); !added) {
            errors.add(setting->value_at, path + "." + setting->name + ": " + added.error());
        }
    }
    for (const View& inner : section.sections()) errors.add(inner.at(), path + ": unknown section in it");
    if (!section.has("addrs")) errors.add(section.at(), path + ": 'addrs' is missing");
    return pool;
}

Verdict set_vips(const Draft& draft, const Value& value) {
    std::vector<base::Address> vips;
    for (const std::string_view item : value.items) {
        const auto address = base::Address::parse(item == "%config" || item == "%config4" ? "0.0.0.0"
                                                  : item == "%config6"                    ? "::"
                                                                                          : item);
        if (!address) return complain(quoted(item) + " is no address");
        vips.push_back(*address);
    }
    if (vips.size() > kMostVips) return complain("expected at most " + std::to_string(kMostVips) + " addresses");
    draft.connection->vips = std::move(vips);
    return {};
}

Verdict set_pools(const Draft& draft, const Value& value) {
    if (value.items.size() > kMostPools) {
        return complain("expected at most " + std::to_string(kMostPools) + " names of pools");
    }
    draft.connection->pools.assign(value.items.begin(), value.items.end());
    return {};
}

Verdict set_pool_addrs(const Draft& draft, const Value& value) {
    auto addresses = policy::PoolAddresses::parse(value.text);
    if (!addresses) return complain(addresses.error().detail);
    draft.pool->addresses = std::move(*addresses);
    return {};
}

Verdict add_pool_attributes(std::uint16_t v4, std::uint16_t v6, const Draft& draft, const Value& value) {
    for (const std::string_view item : value.items) {
        auto address = address_value(item);
        if (!address) return complain(quoted(item) + " is neither an address nor a network (address/length)");
        if (draft.pool->attributes.size() == kMostAttributes) return complain("expected at most 64 attributes");
        draft.pool->attributes.push_back({address->first == base::Family::ipv4 ? v4 : v6, std::move(address->second)});
    }
    return {};
}

}  // namespace xfrmd::daemon
