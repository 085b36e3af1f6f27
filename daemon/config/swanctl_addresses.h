// The items of local_addrs and remote_addrs: addresses, CIDR networks, from-to ranges, %any, %any4, %any6. Names are
// refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/complaint.h"
#include "ike/base/address.h"

namespace xfrmd::daemon {

// Empty, as in policy::Connection, where nothing but %any was given. Error: which item, and what is wrong with it.
Read<std::vector<base::AddressRange>> read_addresses(const std::vector<std::string_view>& items);

}  // namespace xfrmd::daemon
