// Traffic selectors as Linux matches them: every pair of a local and a remote one that has traffic in common, exactly
// (RFC 7296 2.9: an SA is for all such pairs). Outbound view: source is our side.
#pragma once

#include <vector>

#include "ike/base/result.h"
#include "ike/policy/traffic_selector.h"
#include "netlink/selector.h"

namespace xfrmd::daemon {

// Of one child: a peer that offers 255 selectors for each side would have 65,025 pairs of them.
inline constexpr std::size_t kMostSelectors = 1024;

// Error: TrafficSelectorsUnacceptable for what Linux cannot express, or where nothing is in common.
base::Result<std::vector<netlink::Selector>> kernel_selectors(const policy::TrafficSelectors& local_ts,
                                                              const policy::TrafficSelectors& remote_ts);

// A packet's selector as the kernel tells it. ICMP's type and code stay out of it.
policy::TriggeringPacket triggering_packet(const netlink::Selector& packet);

}  // namespace xfrmd::daemon
