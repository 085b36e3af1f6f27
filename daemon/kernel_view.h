// What the kernel and its devices can do and do, as the management API shows it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/api/model.h"
#include "daemon/api/system_model.h"
#include "netlink/features.h"

namespace xfrmd::daemon {

std::vector<api::KernelFeatureView> view_of(const netlink::KernelFeatures& features);
std::vector<api::KernelFeatureView> view_of(const std::map<std::string, bool>& algorithms);
// With the name that the device has now, or its number where it has gone.
api::OffloadView view_of(const netlink::Offload& offload);

}  // namespace xfrmd::daemon
