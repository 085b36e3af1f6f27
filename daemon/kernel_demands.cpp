#include "daemon/kernel_demands.h"

#include <unistd.h>

namespace xfrmd::daemon {

std::string lacking(const netlink::KernelFeatures& features, const policy::Connection& connection) {
    if (features.per_cpu) return {};
    for (const policy::Child& child : connection.children) {
        if (!child.per_cpu_sas) continue;
        return "connections." + connection.name + ".children." + child.name +
               ".per_cpu_sas: the kernel has no SAs for single CPUs (Linux has them from 6.13 on)";
    }
    return {};
}

std::uint32_t cpus_for_sas(const netlink::KernelFeatures& features) {
    const long count = sysconf(_SC_NPROCESSORS_CONF);
    return features.per_cpu && count > 0 ? static_cast<std::uint32_t>(count) : 0;
}

}  // namespace xfrmd::daemon
