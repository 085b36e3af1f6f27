// What this kernel can do, found out by trying: XFRM has no way to ask, and ignores attributes that it does not know.
// Adds SAs between documentation addresses (RFC 5737) of documentation SPIs in one batch, looks at them and deletes
// them in another. Loads the kernel's modules of all the algorithms as it goes, which may take some tenths of a second,
// and makes the first SA of each as fast as later ones.
#pragma once

#include <string>
#include <vector>

#include "netlink/kernel.h"

namespace xfrmd::netlink {

struct KernelFeatures {
    bool esp = false;
    bool ah = false;
    bool ipcomp = false;
    bool beet = false;
    bool iptfs = false;             // RFC 9347
    bool esn = false;               // RFC 4303 2.2.1
    bool if_id = false;             // xfrm interfaces
    bool output_mark_mask = false;  // else an output mark is whole
    bool sa_direction = false;
    bool per_cpu = false;        // RFC 9611
    bool nat_keepalive = false;  // RFC 3948 2.3
    // Of netlink/algorithms.h: that are there with each protocol they are for.
    std::vector<std::string> algorithms;
};

// EPERM without CAP_NET_ADMIN, and the transport's errors. What the kernel refuses is no error.
KernelResult<KernelFeatures> find_features(Kernel& kernel);

}  // namespace xfrmd::netlink
