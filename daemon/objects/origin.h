// Who has loaded an object.
#pragma once

#include <cstdint>
#include <string_view>

namespace xfrmd::daemon {

enum class Origin : std::uint8_t { files, vici, json_rpc };
inline constexpr std::string_view kOrigins[] = {"files", "vici", "json-rpc"};
constexpr std::string_view name(Origin from) { return kOrigins[static_cast<std::size_t>(from)]; }

}  // namespace xfrmd::daemon
