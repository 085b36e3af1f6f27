// What a configuration demands of the kernel that not every one has.
#pragma once

#include <string>

#include "ike/policy/connection.h"
#include "netlink/features.h"

namespace xfrmd::daemon {

// What of it this kernel cannot do, in one sentence; empty where it can do all.
std::string lacking(const netlink::KernelFeatures& features, const policy::Connection& connection);

// Likewise, of all of them.
template <typename Connections>
std::string lacking_of_all(const netlink::KernelFeatures& features, const Connections& connections) {
    for (const policy::Connection& connection : connections) {
        if (std::string lack = lacking(features, connection); !lack.empty()) return lack;
    }
    return {};
}

// CPUs that SAs may be bound to, numbered from 0 (RFC 9611); 0 where the kernel has no such SAs.
std::uint32_t cpus_for_sas(const netlink::KernelFeatures& features);

}  // namespace xfrmd::daemon
