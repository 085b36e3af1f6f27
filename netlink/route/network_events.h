// rtnetlink's notices: links, addresses and routes of both families, in the network namespace the thread is in when
// open() is called. A socket of its own, never blocking, for the event loop: when fd() is readable, read() until there
// is no more, and hand every event to Network::observe() and Routes::on_event().
// Open it before Network::refresh(): then nothing falls between the two.
#pragma once

#include "netlink/route/events.h"
#include "netlink/route/rt_socket.h"

namespace xfrmd::netlink::route {

class NetworkEvents {
public:
    static KernelResult<NetworkEvents> open();

    int fd() const;
    struct Batch {
        std::vector<Event> events;
        bool more = false;  // there may be more: read again, at the latest when the loop comes round
    };
    // The events of at most `most_datagrams` that wait; so a flood of routes does not keep the loop from other work.
    // Overrun where the kernel had to drop some (ENOBUFS, netlink(7)), or the socket fails.
    Batch read(std::size_t most_datagrams = 64);

private:
    explicit NetworkEvents(Socket socket);

    Socket socket_;
    base::Bytes buffer_;
};

}  // namespace xfrmd::netlink::route
