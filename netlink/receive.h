// What all our netlink sockets receive by, whatever they are for.
#pragma once

#include <cstdint>
#include <span>

#include "ike/base/bytes.h"
#include "netlink/kernel_error.h"

namespace xfrmd::netlink {

// In octets of kernel memory, of which a datagram takes more than it has. Beyond the system's limit for everybody
// (net.core.rmem_max) with CAP_NET_ADMIN, up to it without.
void enlarge_receive_buffer(int fd, int bytes);

// One datagram into `buffer`; a view of it, empty where it was not the kernel who sent it. EAGAIN: nothing came;
// ENOBUFS: datagrams were lost; EMSGSIZE: it was longer than the buffer.
KernelResult<base::ByteView> receive(int fd, std::span<std::uint8_t> buffer, int flags);

}  // namespace xfrmd::netlink
