#include "daemon/kernel_view.h"

#include <net/if.h>

#include <array>

namespace xfrmd::daemon {

namespace {

struct FeatureName {
    std::string_view name;
    bool netlink::KernelFeatures::* there;
};

// Names of the API: they are added to, never changed.
constexpr std::array kFeatures{
    FeatureName{"esp", &netlink::KernelFeatures::esp},
    FeatureName{"ah", &netlink::KernelFeatures::ah},
    FeatureName{"ipcomp", &netlink::KernelFeatures::ipcomp},
    FeatureName{"beet", &netlink::KernelFeatures::beet},
    FeatureName{"esn", &netlink::KernelFeatures::esn},
    FeatureName{"if_id", &netlink::KernelFeatures::if_id},
    FeatureName{"output_mark_mask", &netlink::KernelFeatures::output_mark_mask},
    FeatureName{"sa_direction", &netlink::KernelFeatures::sa_direction},
    FeatureName{"per_cpu", &netlink::KernelFeatures::per_cpu},
    FeatureName{"iptfs", &netlink::KernelFeatures::iptfs},
    FeatureName{"nat_keepalive", &netlink::KernelFeatures::nat_keepalive},
};

}  // namespace

std::vector<api::KernelFeatureView> view_of(const netlink::KernelFeatures& features) {
    std::vector<api::KernelFeatureView> views;
    for (const FeatureName& feature : kFeatures) views.push_back({std::string(feature.name), features.*feature.there});
    return views;
}

std::vector<api::KernelFeatureView> view_of(const std::map<std::string, bool>& algorithms) {
    std::vector<api::KernelFeatureView> views;
    for (const auto& [name, there] : algorithms) views.push_back({name, there});
    return views;
}

api::OffloadView view_of(const netlink::Offload& offload) {
    api::OffloadView view;
    view.mode = offload.kind == netlink::OffloadKind::packet ? api::OffloadMode::packet : api::OffloadMode::crypto;
    std::array<char, IF_NAMESIZE> name{};
    const bool known = if_indextoname(offload.interface, name.data()) != nullptr;
    view.interface = known ? name.data() : std::to_string(offload.interface);
    return view;
}

}  // namespace xfrmd::daemon
