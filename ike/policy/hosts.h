// The addresses that an end of a connection may have, as they are configured where names are among them. What the names
// resolve to is another matter: it comes and goes (Connection::remote_addrs).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ike/base/address.h"

namespace xfrmd::policy {

struct Hosts {
    std::vector<base::AddressRange> ranges;
    std::vector<std::string> names;

    bool is_any() const { return ranges.empty() && names.empty(); }
    friend bool operator==(const Hosts&, const Hosts&) = default;
};

// In the order they are to be tried; empty while it is not known.
using AddressesOf = std::function<std::vector<base::Address>(const std::string& name)>;

// The ranges, and behind them what the names resolve to.
std::vector<base::AddressRange> resolve(const Hosts& hosts, const AddressesOf& addresses_of);

}  // namespace xfrmd::policy
