// How vici writes numbers, selectors and modes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ike/policy/child.h"

namespace xfrmd::daemon::vici {

// In so many digits at least.
std::string hexadecimal(std::uint64_t number, unsigned digits);
// "10.1.0.0/24[tcp/443]" with the service's name, where the host knows one: "10.1.0.0/24[tcp/https]".
std::string with_service_name(std::string selector);
std::vector<std::string> with_service_names(std::vector<std::string> selectors);
// "dynamic[tcp]" where the address is not known yet.
std::vector<std::string> texts_of(const std::vector<policy::ConfiguredSelector>& selectors);
std::string_view mode_name(policy::Mode mode);  // "TUNNEL"
std::string upper_case(std::string_view text);
// What a client says: all of it has to be the number.
std::optional<std::int64_t> number_in(std::string_view text);

}  // namespace xfrmd::daemon::vici
