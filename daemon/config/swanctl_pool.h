// The sections of swanctl.conf's `pools` as policy::Pool, and what connections say of virtual addresses.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/config/error_list.h"
#include "daemon/config/settings_view.h"
#include "daemon/config/swanctl_draft.h"
#include "ike/policy/pool.h"

namespace xfrmd::daemon {

// Worth something only where nothing was added to `errors`.
policy::Pool read_pool(const settings::View& section, const std::string& path, ErrorList& errors);

Verdict set_vips(const Draft& draft, const Value& value);
Verdict set_pools(const Draft& draft, const Value& value);
Verdict set_pool_addrs(const Draft& draft, const Value& value);
// Addresses or networks as attributes of these numbers, one for each family.
Verdict add_pool_attributes(std::uint16_t v4, std::uint16_t v6, const Draft& draft, const Value& value);
template <std::uint16_t v4, std::uint16_t v6>
Verdict add_pool_attribute(const Draft& draft, const Value& value) {
    return add_pool_attributes(v4, v6, draft, value);
}

}  // namespace xfrmd::daemon
