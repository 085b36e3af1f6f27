#include "netlink/route/rt_socket.h"

#include <linux/netlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>

#include "netlink/receive.h"

namespace xfrmd::netlink::route {

namespace {

// The kernel fills a dump's datagrams up to 32 KiB, and has no longer message for us.
constexpr std::size_t kReceiveBuffer = 65536;
constexpr int kSocketReceiveBuffer = 1 << 20;
constexpr timeval kPatience{2, 0};
// More than a dump of a million links.
constexpr std::size_t kMostDatagrams = 1 << 20;

// Kernels that do not know an option lose us words, or filtered dumps, and nothing else.
void try_option(int fd, int option) {
    const int on = 1;
    (void)setsockopt(fd, SOL_NETLINK, option, &on, sizeof on);
}

// libnl remembers its error codes, in which several errnos are one; errno still has the system's own.
tl::unexpected<KernelError> failed(std::string_view doing) { return refused(errno != 0 ? errno : EIO, doing); }

}  // namespace

void FreeSocket::operator()(nl_sock* socket) const { nl_socket_free(socket); }
void FreeMessage::operator()(nl_msg* message) const { nlmsg_free(message); }

KernelResult<Socket> open_route_socket() {
    Socket socket(nl_socket_alloc());
    if (socket == nullptr) return refused(ENOMEM);
    errno = 0;
    if (nl_connect(socket.get(), NETLINK_ROUTE) < 0) return failed("opening a rtnetlink socket");
    const int fd = nl_socket_get_fd(socket.get());
    try_option(fd, NETLINK_EXT_ACK);
    try_option(fd, NETLINK_CAP_ACK);
    try_option(fd, NETLINK_GET_STRICT_CHK);
    enlarge_receive_buffer(fd, kSocketReceiveBuffer);
    return socket;
}

KernelResult<RtSocket> RtSocket::open() {
    return open_route_socket().map([](Socket&& socket) { return RtSocket(std::move(socket)); });
}

RtSocket::RtSocket(Socket socket) : socket_(std::move(socket)), buffer_(kReceiveBuffer) {}

KernelResult<void> RtSocket::query(const Request& request, const QueryAnswers::Visitor& visitor) {
    if (request == nullptr) return refused(ENOMEM, "building a request");
    const QueryAnswers::Visitor nobody = [](const Message&) {};
    const auto sequence = send(request.get());
    if (!sequence) {
        socket_.reset();
        return tl::unexpected<KernelError>(sequence.error());
    }
    QueryAnswers answers(*sequence, visitor ? visitor : nobody);
    auto done = collect(answers);
    if (!answers.complete()) socket_.reset();
    if (done && answers.interrupted()) return refused(EINTR, "the list changed while it was read");
    return done;
}

KernelResult<std::uint32_t> RtSocket::send(nl_msg* message) {
    if (!socket_) {
        auto reopened = open_route_socket();
        if (!reopened) return tl::unexpected<KernelError>(reopened.error());
        socket_ = std::move(*reopened);
    }
    if (setsockopt(nl_socket_get_fd(socket_.get()), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience) != 0) {
        return failed("preparing a request");
    }
    errno = 0;
    // Numbers the request and asks for an acknowledgement, which says when the answer is over.
    if (nl_send_auto(socket_.get(), message) < 0) return failed("sending to the kernel");
    return nlmsg_hdr(message)->nlmsg_seq;
}

KernelResult<void> RtSocket::collect(QueryAnswers& answers) {
    for (std::size_t i = 0; i < kMostDatagrams && !answers.complete(); ++i) {
        auto datagram = receive(nl_socket_get_fd(socket_.get()), buffer_, 0);
        if (!datagram && datagram.error().errno_value == EAGAIN) return refused(ETIMEDOUT, "the kernel did not answer");
        if (!datagram) return tl::unexpected<KernelError>(datagram.error());
        if (auto taken = answers.take(*datagram); !taken) return taken;
    }
    if (!answers.complete()) return refused(EPROTO, "an answer without end");
    return {};
}

}  // namespace xfrmd::netlink::route
