// The limits of an interface's MTU, in bytes.
#pragma once

#include <cstdint>

namespace xfrmd::base {

inline constexpr std::uint32_t kLeastMtu = 68;          // RFC 791
inline constexpr std::uint32_t kLeastMtuOfIpv6 = 1280;  // RFC 8200 5
inline constexpr std::uint32_t kMostMtu = 65535;

}  // namespace xfrmd::base
