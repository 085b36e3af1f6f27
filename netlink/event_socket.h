// Netlink sockets for what the kernel tells unasked, in the network namespace the thread is in when they are opened.
// Each has a file descriptor to wait on (readable) and never blocks. Believes the kernel only (sender 0).
#pragma once

#include <functional>
#include <memory>

#include "netlink/events.h"
#include "netlink/kernel_error.h"

struct mnl_socket;

namespace xfrmd::netlink {

class EventSocket {
public:
    // ACQUIRE and EXPIRE. While it is open, the kernel takes us for a key manager: packets that want an SA
    // wait for an answer. EPERM without CAP_NET_ADMIN.
    static KernelResult<EventSocket> open();
    // MAPPING: one for each packet of an SA, as long as its peer is elsewhere than the SA says. So peers can fill this
    // one, and none of the others; what is lost comes again with the next packet.
    static KernelResult<EventSocket> watch_mappings();
    // Changes of SAs and policies by others than `own_sender` (XfrmKernel::sender()), whose changes the kernel leaves
    // out before they take room. 0 leaves out nobody; many programs sign with 0.
    static KernelResult<EventSocket> watch_changes(std::uint32_t own_sender);
    ~EventSocket();
    EventSocket(EventSocket&&) noexcept;
    EventSocket& operator=(EventSocket&&) noexcept;

    int fd() const;

    using Visitor = std::function<void(Event&&)>;
    // Gives out what is there, but no more than some hundreds at once: the descriptor stays readable where there is
    // more. An error is the socket's end, and it has to be opened anew; what was lost before, the visitor got an
    // OverrunEvent for.
    KernelResult<void> read(const Visitor& visitor);

private:
    struct Close {
        void operator()(mnl_socket* socket) const;
    };
    using Socket = std::unique_ptr<mnl_socket, Close>;

    explicit EventSocket(Socket socket);
    static KernelResult<EventSocket> open_for(std::initializer_list<int> groups, std::uint32_t own_sender);
    // What one datagram, or its loss, means. False where there is none.
    KernelResult<bool> read_one(const Visitor& visitor);

    Socket socket_;
    base::SecretBytes buffer_;  // new SAs are told with their keys
};

}  // namespace xfrmd::netlink
