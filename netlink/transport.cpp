#include "netlink/transport.h"

#include <libmnl/libmnl.h>
#include <poll.h>

#include <cerrno>

#include "netlink/receive.h"

namespace xfrmd::netlink {

namespace {

// The kernel fills a dump's datagrams up to 32 KiB, and has no longer message for us.
constexpr std::size_t kReceiveBuffer = 65536;
// Room for the acknowledgements of a batch that fails as a whole: each takes about 1 KiB of kernel memory.
constexpr int kSocketReceiveBuffer = 1 << 20;
constexpr int kWaitMilliseconds = 2000;
// More than the answers to any batch, and more than a dump of ten million SAs.
constexpr std::size_t kMostDatagrams = 1 << 20;

void enable(mnl_socket* socket, int option) {
    int on = 1;
    // Kernels before 4.12 do not know them: errors come without words then, which is all that is lost.
    (void)mnl_socket_setsockopt(socket, option, &on, sizeof on);
}

}  // namespace

void Transport::Close::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

KernelResult<Transport::Socket> Transport::open_socket() {
    Socket socket(mnl_socket_open2(NETLINK_XFRM, SOCK_CLOEXEC));
    if (socket == nullptr) return refused(errno);
    if (mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) != 0) return refused(errno);
    enable(socket.get(), NETLINK_EXT_ACK);
    enable(socket.get(), NETLINK_CAP_ACK);
    enlarge_receive_buffer(mnl_socket_get_fd(socket.get()), kSocketReceiveBuffer);
    return socket;
}

KernelResult<Transport> Transport::open() {
    return open_socket().map([](Socket&& socket) { return Transport(std::move(socket)); });
}

Transport::Transport(Socket socket)
    : socket_(std::move(socket)), buffer_(kReceiveBuffer), sender_(mnl_socket_get_portid(socket_.get())) {}
Transport::~Transport() = default;
Transport::Transport(Transport&&) noexcept = default;
Transport& Transport::operator=(Transport&&) noexcept = default;

std::vector<KernelResult<void>> Transport::change(MessageBatch& batch) {
    ChangeAnswers answers(next_sequence_, batch.count());
    auto done = batch.count() == 0 ? KernelResult<void>{} : send(batch).and_then([&] { return collect(answers); });
    batch.clear();
    if (!done) {
        socket_.reset();
        answers.give_up(done.error());
    }
    return std::move(answers).results();
}

KernelResult<void> Transport::query(MessageBatch& batch, const QueryAnswers::Visitor& visitor) {
    QueryAnswers answers(next_sequence_, visitor);
    auto done = send(batch).and_then([&] { return collect(answers); });
    batch.clear();
    if (!answers.complete()) socket_.reset();
    if (done && answers.interrupted()) return refused(EINTR, "the list changed while it was read");
    return done;
}

KernelResult<void> Transport::send(MessageBatch& batch) {
    if (!batch.ok()) return refused(EMSGSIZE, "a request longer than any");
    batch.seal(next_sequence_, sender_);
    next_sequence_ += static_cast<std::uint32_t>(batch.count());
    if (!socket_) {
        auto reopened = open_socket();
        if (!reopened) return tl::unexpected<KernelError>(reopened.error());
        socket_ = std::move(*reopened);
    }
    const bool sent = mnl_socket_sendto(socket_.get(), batch.view().data(), batch.view().size()) >= 0;
    const int error = errno;
    if (!sent) return refused(error, "sending to the kernel");
    return {};
}

template <typename Answers>
KernelResult<void> Transport::collect(Answers& answers) {
    for (std::size_t i = 0; i < kMostDatagrams && !answers.complete(); ++i) {
        auto datagram = receive();
        if (!datagram) return tl::unexpected<KernelError>(datagram.error());
        auto taken = answers.take(*datagram);
        base::wipe_memory(buffer_.writable().first(datagram->size()));
        if (!taken) return taken;
    }
    if (!answers.complete()) return refused(EPROTO, "an answer without end");
    return {};
}

KernelResult<base::ByteView> Transport::receive() {
    const int fd = mnl_socket_get_fd(socket_.get());
    auto datagram = netlink::receive(fd, buffer_.writable(), MSG_DONTWAIT);
    while (!datagram && datagram.error().errno_value == EAGAIN) {
        if (auto ready = wait_readable(); !ready) return tl::unexpected<KernelError>(ready.error());
        datagram = netlink::receive(fd, buffer_.writable(), MSG_DONTWAIT);
    }
    return datagram;
}

KernelResult<void> Transport::wait_readable() const {
    pollfd entry{mnl_socket_get_fd(socket_.get()), POLLIN, 0};
    if (poll(&entry, 1, kWaitMilliseconds) == 0) return refused(ETIMEDOUT, "the kernel did not answer");
    return {};
}

}  // namespace xfrmd::netlink
