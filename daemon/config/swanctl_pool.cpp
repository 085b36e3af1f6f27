#include "daemon/config/swanctl_pool.h"

#include <algorithm>
#include <utility>

#include "daemon/config/swanctl_section.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

using settings::View;

constexpr std::size_t kMostVips = 16;
constexpr std::size_t kMostPools = 16;  // of a connection

std::string quoted(std::string_view item) { return "'" + base::printable(item, 64) + "'"; }

// `25 = example.com`
Verdict read_numbered(policy::Pool& pool, const settings::Setting& setting) {
    std::vector<std::string_view> items = split_list(*setting.value);
    if (setting.items) items.assign(setting.items->begin(), setting.items->end());
    return add_numbered(pool.attributes, setting.name, items);
}

}  // namespace

policy::Pool read_pool(const View& section, const std::string& path, ErrorList& errors) {
    policy::Pool pool;
    pool.name = section.name();
    read_settings(section, Place::pool, path, {.pool = &pool}, errors);
    for (const settings::Setting* setting : section.settings()) {
        if (!is_attribute_number(setting->name)) continue;
        if (const Verdict added = read_numbered(pool, *setting); !added) {
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

Verdict add_pool_attributes(AttributeTypes types, const Draft& draft, const Value& value) {
    return add_addresses(draft.pool->attributes, types, value.items);
}

}  // namespace xfrmd::daemon
