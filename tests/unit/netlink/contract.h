// What every Kernel has to do. contract_*.cpp hold the cases, written once and linked into two programs: unit_netlink,
// where make_kernel() gives a MemoryKernel, and kernel_contract, where it gives Linux's in a namespace of its own.
#pragma once

#include <memory>

#include "netlink/kernel.h"

namespace xfrmd::netlink::test {

// Empty at first, and nobody else's.
std::unique_ptr<Kernel> make_kernel();

}  // namespace xfrmd::netlink::test
