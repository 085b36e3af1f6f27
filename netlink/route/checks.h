// What every Network checks before it changes anything; pure.
#pragma once

#include "netlink/route/network.h"

namespace xfrmd::netlink::route {

// RFC 4291 2.5.6: what every IPv6 interface has.
bool is_link_local(const base::Address& address);

// Linux's own: default, main and local.
bool is_linux_table(std::uint32_t table);

// EINVAL, with a sentence, where the values cannot belong together.
KernelResult<void> check(const RouteQuestion& question);
KernelResult<void> check(const RouteSpec& route);
KernelResult<void> check(const XfrmInterfaceSpec& spec);
KernelResult<void> check_address(const base::Prefix& address);

// An xfrm interface that this daemon made, in this process or another.
bool is_ours(const Link& link);
// EEXIST, with a sentence, unless it is.
KernelResult<void> check_is_ours(const Link& link);
// May it be adopted for `spec`? `underlying` is the index of the device that spec names, or none.
KernelResult<void> check_adoption(const Link& link, const XfrmInterfaceSpec& spec, InterfaceIndex underlying);

// EEXIST: an xfrm interface of another name has the if_id.
tl::unexpected<KernelError> if_id_is_taken(const XfrmInterfaceSpec& spec);
// ENODEV.
tl::unexpected<KernelError> no_such_interface(const std::string& name);

}  // namespace xfrmd::netlink::route
