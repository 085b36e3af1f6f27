// Makes an IKE socket fit for IPsec: its own packets pass every policy in the clear (else a policy from host to host or
// to anywhere would trap IKE itself), and on port 4500 the kernel takes ESP out of UDP before the socket sees it (RFC
// 3948 2). Both need CAP_NET_ADMIN or are refused with EPERM; ENOPROTOOPT where the kernel was built without.
#pragma once

#include "ike/base/address.h"
#include "netlink/kernel_error.h"

namespace xfrmd::netlink {

// In and out. `family` is the socket's. Linux keeps one such policy for each direction, of the socket's own family, so
// an IPv6 socket has to be IPV6_V6ONLY: the IPv4 packets of one that is not would stay under the policies.
KernelResult<void> bypass_policies(int fd, base::Family family);

// For a UDP socket of either family. Datagrams of IKE reach it with the four zero bytes in front still there (RFC
// 3948 2.2); keepalives of one byte do not reach it.
KernelResult<void> take_esp_out_of_udp(int fd);

}  // namespace xfrmd::netlink
