#include "ike/policy/hosts.h"

namespace xfrmd::policy {

std::vector<base::AddressRange> resolve(const Hosts& hosts, const AddressesOf& addresses_of) {
    std::vector<base::AddressRange> ranges = hosts.ranges;
    for (const std::string& name : hosts.names) {
        for (const base::Address& address : addresses_of(name)) ranges.push_back({address, address});
    }
    return ranges;
}

}  // namespace xfrmd::policy
