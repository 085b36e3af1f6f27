// The tunnels that scripts/bench kernel works on: road warriors, each with an outer address, a virtual address and keys
// of its own. The same ones in every run.
#pragma once

#include <string_view>
#include <vector>

#include "netlink/tunnel.h"

namespace xfrmd::bench {

// How the peers' outer addresses come: Linux finds SAs by reqid xor addresses, so an order can meet an order.
enum class Peers { sequential, random };

std::string_view name_of(Peers peers);

std::vector<netlink::TunnelSpec> road_warriors(std::size_t count, Peers peers);

// Of one of those; the keys are copied, too.
netlink::TunnelSpec copy_of(const netlink::TunnelSpec& spec);

// In, forward and out, as a tunnel of that number would have them, but waiting for no SA.
std::vector<netlink::PolicySpec> policies_alone(const netlink::TunnelSpec& spec, netlink::Reqid reqid);

}  // namespace xfrmd::bench
