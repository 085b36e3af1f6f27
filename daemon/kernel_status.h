// Counts what is wanted of the kernel and what it has. Lists all of it, which takes the kernel a quarter of a second
// for 100,000 SAs: for people, not for a timer. Main thread only.
#pragma once

#include "daemon/api/kernel_model.h"
#include "daemon/manual_sas.h"
#include "daemon/tunnels.h"

namespace xfrmd::daemon {

// Without the history. Error: the kernel could not be listed.
netlink::KernelResult<api::KernelStatus> count_kernel(netlink::Books& books, const Tunnels& tunnels,
                                                      const ManualSas& manual);

}  // namespace xfrmd::daemon
