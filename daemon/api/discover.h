// The OpenRPC 1.3 document (https://spec.open-rpc.org) of a method table.
#pragma once

#include <span>

#include "daemon/api/method.h"

namespace xfrmd::daemon::api {

Json openrpc_document(std::span<const Method> methods);

}  // namespace xfrmd::daemon::api
