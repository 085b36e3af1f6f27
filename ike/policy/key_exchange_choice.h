// Choosing a method for each key exchange of a proposal so that none takes place twice (RFC 9370 2.2.1).
#pragma once

#include <optional>
#include <vector>

#include "ike/policy/transform.h"

namespace xfrmd::policy {

// One of each list, each list in order of preference and of one type. NONE may be chosen as often as one likes, every
// other method once. Earlier lists come first where not all can have what they prefer. nullopt where there is no such
// choice. The time is bounded by the square of the number of alternatives, whoever has written them.
std::optional<std::vector<Transform>> choose_distinct(const std::vector<std::vector<Transform>>& lists);

}  // namespace xfrmd::policy
