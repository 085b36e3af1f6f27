// What Linux calls the algorithms of a child SA, ESP's or AH's: from a negotiated suite and its keys to the kernel
// port's algorithms.
#pragma once

#include "ike/base/result.h"
#include "ike/child_install.h"
#include "netlink/kernel.h"

namespace xfrmd::daemon {

// Takes the keys. AH gives a netlink::Mac. Error: AlgorithmUnavailable where Linux has no name for it.
base::Result<netlink::Algorithms> to_kernel(const crypto::ChildSuite& suite, base::SecretBytes encryption,
                                            base::SecretBytes integrity);

}  // namespace xfrmd::daemon
