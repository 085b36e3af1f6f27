// What this kernel can do, found out by trying: XFRM has no way to ask, and ignores attributes that it does not know.
// Adds SAs from an address that nobody can have to a documentation address (RFC 5737) in one batch, looks at them and
// deletes them in another. Loads no more modules than that takes: which algorithms are wanted is for the caller to say.
#pragma once

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
};

// EPERM without CAP_NET_ADMIN, and the transport's errors. What the kernel refuses is no error.
KernelResult<KernelFeatures> find_features(Kernel& kernel);

// Adds an SA with each of these and deletes them again, so that the first real one does not wait for modules and
// self-tests (1.5 to 4 ms each). Key octets do not matter, sizes do. One result for each: ENOSYS where the kernel has
// it not.
std::vector<KernelResult<void>> warm_up(Kernel& kernel, std::vector<Algorithms> algorithms);

}  // namespace xfrmd::netlink
