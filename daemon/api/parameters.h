// Checks a request's params against a method's parameters, by name.
#pragma once

#include <span>

#include "daemon/api/method.h"

namespace xfrmd::daemon::api {

// The params with defaults filled in. `given` may be null or an empty array for none; an optional parameter may be
// null. Error: InvalidParams with a JSON pointer to the first culprit and, where one is near, the name that was
// probably meant.
Outcome<Parsed> check_params(std::span<const Parameter> parameters, const Parsed& given);

// A JSON pointer's next step (RFC 6901 3), cut where a caller's name is very long.
std::string pointer_step(std::string_view name);

}  // namespace xfrmd::daemon::api
