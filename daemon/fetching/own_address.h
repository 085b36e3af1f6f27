// Whether an address is this host's own, on whatever interface: its services are no business of who can name a URI.
#pragma once

#include "ike/base/address.h"

namespace xfrmd::daemon {

// True also where the host's addresses cannot be had.
bool is_of_this_host(const base::Address& address);

}  // namespace xfrmd::daemon
