// Configuration attributes (RFC 7296 3.15.1) as swanctl.conf's pools and strongswan.conf have them: their names,
// and their values as text.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/config/complaint.h"
#include "ike/policy/pool.h"

namespace xfrmd::daemon {

// An attribute's number for addresses of each family; as charon has them where IANA has none.
struct AttributeTypes {
    std::uint16_t v4 = 0;
    std::uint16_t v6 = 0;
};
namespace attributes {
inline constexpr AttributeTypes kAddress{1, 8};
inline constexpr AttributeTypes kDns{3, 10};
inline constexpr AttributeTypes kNbns{4, 11};
inline constexpr AttributeTypes kDhcp{6, 12};
inline constexpr AttributeTypes kNetmask{2, 9};
inline constexpr AttributeTypes kServer{23456, 23457};
inline constexpr AttributeTypes kSubnet{13, 15};
inline constexpr AttributeTypes kPCscf{20, 21};
inline constexpr AttributeTypes kSplitInclude{28676, 28676};
inline constexpr AttributeTypes kSplitExclude{28678, 28678};
}  // namespace attributes

// Both add to `attributes`, which hold kMostAttributes at most. Addresses, or networks (address/length), of both
// families.
Read<void> add_addresses(std::vector<policy::PoolAttribute>& attributes, AttributeTypes types,
                         std::span<const std::string_view> items);
// Of the attribute whose number is `name`: addresses as such, anything else as it is written.
Read<void> add_numbered(std::vector<policy::PoolAttribute>& attributes, std::string_view name,
                        std::span<const std::string_view> items);

// All digits.
bool is_attribute_number(std::string_view name);

inline constexpr std::size_t kMostAttributes = 64;

}  // namespace xfrmd::daemon
