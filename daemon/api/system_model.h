// What system.info tells, as plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace xfrmd::daemon::api {

// Something that the running kernel has or has not.
struct KernelFeatureView {
    std::string name;
    bool there = false;
};

struct SystemInfo {
    std::string version;
    std::uint32_t pid = 0;
    std::chrono::seconds uptime{0};
    std::string kernel;  // release, as uname tells it
    std::vector<KernelFeatureView> kernel_features;
    std::vector<KernelFeatureView> kernel_algorithms;  // that the configuration wants
    std::string config_path;                           // what was loaded
    std::uint32_t engines = 1;
    std::uint64_t connections = 0;
    std::uint64_t ike_sas = 0;
    std::uint64_t ike_sas_half_open = 0;
    std::uint64_t child_sas = 0;
    std::uint64_t revision = 0;
    // Of all engines since they started.
    std::uint64_t datagrams_in = 0;
    std::uint64_t keepalives_in = 0;
    std::uint64_t established = 0;
    std::map<std::string, std::uint64_t> reasons;  // by base::Reason's name
};

}  // namespace xfrmd::daemon::api
