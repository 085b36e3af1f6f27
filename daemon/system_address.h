// Between our addresses and the system's sockaddr structures.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "ike/base/address.h"

namespace xfrmd::daemon {

union SystemAddress {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

// Fills `out`; the length that system calls want with it.
socklen_t to_system(const base::Endpoint& endpoint, SystemAddress& out);
base::Endpoint from_system(const SystemAddress& address);

}  // namespace xfrmd::daemon
