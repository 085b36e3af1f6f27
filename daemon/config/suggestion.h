// The near match for a mistyped name.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace xfrmd::daemon {

// The candidate that is at most two typing mistakes away (one, for short names); empty if there is none.
std::string_view nearest(std::string_view mistyped, std::span<const std::string_view> candidates);

// "; did you mean 'dpd_delay'?" or nothing.
std::string did_you_mean(std::string_view mistyped, std::span<const std::string_view> candidates);

}  // namespace xfrmd::daemon
