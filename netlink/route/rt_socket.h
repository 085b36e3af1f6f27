// A NETLINK_ROUTE socket (libnl) for requests: one at a time, answered before the call returns. Believes the kernel
// only (sender 0), waits no longer than two seconds, and replaces its socket after any failure of the transport.
#pragma once

#include <memory>
#include <vector>

#include "netlink/answers.h"

struct nl_msg;
struct nl_sock;

namespace xfrmd::netlink::route {

struct FreeSocket {
    void operator()(nl_sock* socket) const;
};
using Socket = std::unique_ptr<nl_sock, FreeSocket>;

struct FreeMessage {
    void operator()(nl_msg* message) const;
};
using Request = std::unique_ptr<nl_msg, FreeMessage>;

// Bound, close-on-exec, with room for a burst of notices or a dump.
KernelResult<Socket> open_route_socket();

class RtSocket {
public:
    static KernelResult<RtSocket> open();

    // ENOMEM for an empty request, as those are that could not be built.
    KernelResult<void> change(const Request& request) { return query(request, {}); }
    // `visitor` sees every data message and must not keep views of it. A dump that was interrupted by changes is EINTR.
    KernelResult<void> query(const Request& request, const QueryAnswers::Visitor& visitor);

private:
    explicit RtSocket(Socket socket);
    KernelResult<std::uint32_t> send(nl_msg* message);  // its sequence number
    KernelResult<void> collect(QueryAnswers& answers);

    Socket socket_;  // empty after a failure
    base::Bytes buffer_;
};

}  // namespace xfrmd::netlink::route
