// What a SELECTOR means to the daemon. Connections and children have no dot, "@", "=" or ":" in their names
// (swanctl.conf's rule), so most selectors tell what they are; a bare name may be a connection or a child.
#pragma once

#include <string_view>
#include <vector>

#include "cli/json.h"

namespace xfrmd::cli {

// The members that name the SAs in sa.clear's params, as alternatives to be tried in order: the next one where the
// daemon finds nothing for the one before. One alternative but for a bare name.
std::vector<Json> readings_of(std::string_view selector);

}  // namespace xfrmd::cli
