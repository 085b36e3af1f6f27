#include "netlink/route/network_events.h"

#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>

#include <cerrno>
#include <iterator>

#include "netlink/receive.h"
#include "netlink/route/rt_decode.h"

namespace xfrmd::netlink::route {

namespace {

constexpr std::size_t kReceiveBuffer = 65536;

}  // namespace

KernelResult<NetworkEvents> NetworkEvents::open() {
    auto socket = open_route_socket();
    if (!socket) return tl::unexpected<KernelError>(socket.error());
    const int joined = nl_socket_add_memberships(socket->get(), RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
                                                 RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_NONE);
    if (joined < 0) return refused(EPERM, std::string("listening to rtnetlink: ") + nl_geterror(joined));
    return NetworkEvents(std::move(*socket));
}

NetworkEvents::NetworkEvents(Socket socket) : socket_(std::move(socket)), buffer_(kReceiveBuffer) {}

int NetworkEvents::fd() const { return nl_socket_get_fd(socket_.get()); }

NetworkEvents::Batch NetworkEvents::read(std::size_t most_datagrams) {
    Batch batch;
    batch.more = true;
    for (std::size_t i = 0; batch.more && i < most_datagrams; ++i) {
        const auto datagram = receive(fd(), buffer_, MSG_DONTWAIT);
        if (datagram) {
            auto events = decode_events(*datagram);
            std::move(events.begin(), events.end(), std::back_inserter(batch.events));
        } else {
            batch.more = false;
            // What was lost, was lost before what still waits: that is read next time.
            if (datagram.error().errno_value != EAGAIN) batch.events.emplace_back(Overrun{});
        }
    }
    return batch;
}

}  // namespace xfrmd::netlink::route
