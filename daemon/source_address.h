// Which of our addresses reaches a peer, and which address a connection's peer has: one question to the routing table,
// never a dump of it.
#pragma once

#include "ike/base/address.h"
#include "ike/base/result.h"
#include "ike/policy/connection.h"

namespace xfrmd::daemon {

struct Path {
    base::Address local;
    base::Address remote;
};

// Error: NoRoute.
base::Result<base::Address> source_towards(const base::Address& remote);

// `wanted`: an end that is not any is that one. Errors: ConfigurationInvalid where the connection names no single
// remote address and none is wanted, or has not the one that is; NoRoute, also for a host whose address is not known.
base::Result<Path> path_of(const policy::Connection& connection, const Path& wanted = {});

}  // namespace xfrmd::daemon
