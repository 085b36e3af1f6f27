#include "netlink/receive.h"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

namespace xfrmd::netlink {

void enlarge_receive_buffer(int fd, int bytes) {
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) == 0) return;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

KernelResult<base::ByteView> receive(int fd, std::span<std::uint8_t> buffer, int flags) {
    sockaddr_nl sender{};
    iovec place{buffer.data(), buffer.size()};
    msghdr header{};
    header.msg_name = &sender;
    header.msg_namelen = sizeof sender;
    header.msg_iov = &place;
    header.msg_iovlen = 1;
    ssize_t size = recvmsg(fd, &header, flags);
    while (size < 0 && errno == EINTR) size = recvmsg(fd, &header, flags);
    if (size < 0) return refused(errno, "receiving from the kernel");
    if ((header.msg_flags & MSG_TRUNC) != 0) return refused(EMSGSIZE, "a message longer than any");
    // Any process may send to a netlink socket; only the kernel's port is 0.
    if (header.msg_namelen != sizeof sender || sender.nl_pid != 0) return base::ByteView{};
    return base::ByteView(buffer).first(static_cast<std::size_t>(size));
}

}  // namespace xfrmd::netlink
