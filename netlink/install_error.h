// Why a tunnel could not be installed, and at which step.
#pragma once

#include <cstdint>

#include "netlink/kernel_error.h"

namespace xfrmd::netlink {

enum class InstallStep : std::uint8_t { inbound_sa, outbound_sa, policy };

struct InstallError {
    InstallStep step = InstallStep::inbound_sa;
    // "adding the inbound SA 10.0.0.2 -> 10.0.0.1 spi 0xc1234567: EEXIST: File exists"
    KernelError kernel;
};

}  // namespace xfrmd::netlink
