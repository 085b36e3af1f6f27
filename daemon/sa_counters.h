// What the kernel tells of the children in a view.
#pragma once

#include "daemon/api/model.h"
#include "daemon/tunnels.h"

namespace xfrmd::daemon {

void add_counters(api::IkeSaView& sa, Tunnels& tunnels);

}  // namespace xfrmd::daemon
