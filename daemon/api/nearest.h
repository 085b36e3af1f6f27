// The name that was probably meant: did_you_mean.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace xfrmd::daemon::api {

// The candidate with the fewest edits (insert, remove, replace, swap neighbours) from `name`, if they are at most a
// third of its length (rounded, at least one). Empty where none is near. Bounded: names beyond 64 bytes have no
// neighbours.
std::string nearest(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace xfrmd::daemon::api
