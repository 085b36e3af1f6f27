// The sections of swanctl.conf's `pools` as policy::Pool, and what connections say of virtual addresses.
#pragma once

#include <string>

#include "daemon/config/attribute_values.h"
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
Verdict add_pool_attributes(AttributeTypes types, const Draft& draft, const Value& value);
template <const AttributeTypes& types>
Verdict add_pool_attribute(const Draft& draft, const Value& value) {
    return add_pool_attributes(types, draft, value);
}

}  // namespace xfrmd::daemon
