// Numbers in Configuration payloads (RFC 7296 3.15, 3.15.1; IANA's "IKEv2 Configuration Payload Attribute Types").
#pragma once

#include <cstdint>

namespace xfrmd::ikev2::wire::configuration {

inline constexpr std::uint8_t kRequest = 1;  // CFG_REQUEST
inline constexpr std::uint8_t kReply = 2;    // CFG_REPLY

inline constexpr std::uint16_t kIp4Address = 1;
inline constexpr std::uint16_t kIp4Dns = 3;
inline constexpr std::uint16_t kIp6Address = 8;
inline constexpr std::uint16_t kIp6Dns = 10;
inline constexpr std::uint16_t kDnsDomain = 25;  // INTERNAL_DNS_DOMAIN (RFC 8598 4.1)
inline constexpr std::uint16_t kDnssecTa = 26;   // INTERNAL_DNSSEC_TA (RFC 8598 4.2)

}  // namespace xfrmd::ikev2::wire::configuration
