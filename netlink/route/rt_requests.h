// The requests to rtnetlink, built by libnl-route; pure. An empty one is memory that ran out.
#pragma once

#include "netlink/route/network.h"
#include "netlink/route/rt_socket.h"

namespace xfrmd::netlink::route::requests {

Request route_to(const RouteQuestion& question);
// Replaces what stands there, or is refused with EEXIST.
enum class Existing : std::uint8_t { replace, refuse };
Request add_route(const RouteState& route, std::uint32_t mtu, Existing existing);
Request delete_route(const RouteState& route);
Request list_routes(base::Family family, std::uint32_t table);

Request list_links();
Request find_link(const std::string& name);
Request add_xfrm_interface(const XfrmInterfaceSpec& spec, InterfaceIndex underlying);
// Marks it as ours and switches it on; `mtu` 0 leaves that as it is.
Request take_into_use(InterfaceIndex interface, std::uint32_t mtu);
Request delete_link(InterfaceIndex interface);

Request list_addresses();
// Whether packets get it that nobody has chosen another source for (IPv6). If not, it is marked as ours.
enum class Preferred : bool { no, yes };
Request add_address(InterfaceIndex interface, const base::Prefix& address, Preferred preferred);
Request delete_address(InterfaceIndex interface, const base::Prefix& address);

Request add_rule(const RuleSpec& rule, base::Family family);
Request delete_rule(const RuleSpec& rule, base::Family family);

}  // namespace xfrmd::netlink::route::requests
