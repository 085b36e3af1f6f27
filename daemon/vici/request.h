// What a client's request says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/vici/message.h"

namespace xfrmd::daemon::vici {

// Empty where there is none.
std::string text_of(const Section& request, std::string_view key);
// What is no number counts as 0, as with charon.
std::int64_t number_of(const Section& request, std::string_view key, std::int64_t otherwise = 0);
// yes, true, enabled, 1.
bool is_set(const Section& request, std::string_view key);

}  // namespace xfrmd::daemon::vici
