// The items of local_addrs and remote_addrs: addresses, hosts' names, CIDR networks, from-to ranges, %any, %any4,
// %any6.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/complaint.h"
#include "ike/base/address.h"
#include "ike/policy/hosts.h"

namespace xfrmd::daemon {

// Empty where nothing but %any was given. Error: which item, and what is wrong with it.
Read<policy::Hosts> read_hosts(const std::vector<std::string_view>& items);
// The same for those who can have no names. Empty, as in policy::Connection, where nothing but %any was given.
Read<std::vector<base::AddressRange>> read_addresses(const std::vector<std::string_view>& items);

}  // namespace xfrmd::daemon
