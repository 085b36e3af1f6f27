#include "netlink/event_socket.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/xfrm.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "netlink/receive.h"

namespace xfrmd::netlink {

namespace {

// The kernel sends one message in a datagram; an SA with everything takes less than 2 KiB.
constexpr std::size_t kReceiveBuffer = 8192;
// A datagram takes about 1 to 2 KiB of kernel memory, when it is there: ten thousand events.
constexpr int kSocketReceiveBuffer = 16 << 20;
// So that others have their turn.
constexpr int kMostAtOnce = 256;

// A notice carries the sender that the request was signed with. The filter's loads are in network order.
KernelResult<void> leave_out(int fd, std::uint32_t sender) {
    constexpr std::uint32_t kAll = UINT32_MAX;
    std::array<sock_filter, 4> program{
        sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(nlmsghdr, nlmsg_pid)},
        sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, htonl(sender)},
        sock_filter{BPF_RET | BPF_K, 0, 0, 0},
        sock_filter{BPF_RET | BPF_K, 0, 0, kAll},
    };
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0) {
        return refused(errno, "filtering our own changes");
    }
    return {};
}

}  // namespace

void EventSocket::Close::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

EventSocket::EventSocket(Socket socket) : socket_(std::move(socket)), buffer_(kReceiveBuffer) {}
EventSocket::~EventSocket() = default;
EventSocket::EventSocket(EventSocket&&) noexcept = default;
EventSocket& EventSocket::operator=(EventSocket&&) noexcept = default;

KernelResult<EventSocket> EventSocket::open() { return open_for({XFRMNLGRP_ACQUIRE, XFRMNLGRP_EXPIRE}, 0); }

KernelResult<EventSocket> EventSocket::watch_mappings() { return open_for({XFRMNLGRP_MAPPING}, 0); }

KernelResult<EventSocket> EventSocket::watch_changes(std::uint32_t own_sender) {
    return open_for({XFRMNLGRP_SA, XFRMNLGRP_POLICY}, own_sender);
}

KernelResult<EventSocket> EventSocket::open_for(std::initializer_list<int> groups, std::uint32_t own_sender) {
    Socket socket(mnl_socket_open2(NETLINK_XFRM, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket == nullptr) return refused(errno);
    const int fd = mnl_socket_get_fd(socket.get());
    enlarge_receive_buffer(fd, kSocketReceiveBuffer);
    // Before there is anything to filter.
    if (own_sender != 0) {
        if (auto filtered = leave_out(fd, own_sender); !filtered) return tl::unexpected<KernelError>(filtered.error());
    }
    if (mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) != 0) return refused(errno);
    for (int group : groups) {
        if (mnl_socket_setsockopt(socket.get(), NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0) {
            return refused(errno, "listening to the kernel's events");
        }
    }
    return EventSocket(std::move(socket));
}

int EventSocket::fd() const { return mnl_socket_get_fd(socket_.get()); }

KernelResult<void> EventSocket::read(const Visitor& visitor) {
    for (int i = 0; i < kMostAtOnce; ++i) {
        const auto more = read_one(visitor);
        if (!more) return tl::unexpected<KernelError>(more.error());
        if (!*more) break;
    }
    return {};
}

KernelResult<bool> EventSocket::read_one(const Visitor& visitor) {
    const auto datagram = receive(fd(), buffer_.writable(), MSG_DONTWAIT);
    if (!datagram) {
        const int error = datagram.error().errno_value;
        if (error == EAGAIN) return false;
        if (error != ENOBUFS && error != EMSGSIZE) return tl::unexpected<KernelError>(datagram.error());
        base::wipe_memory(buffer_.writable());
        visitor(OverrunEvent{});
        return true;
    }
    MessageReader messages(*datagram);
    while (const auto message = messages.next()) {
        if (auto event = decode_event(*message)) visitor(std::move(*event));
    }
    if (!messages.ok()) visitor(OverrunEvent{});
    base::wipe_memory(buffer_.writable().first(datagram->size()));
    return true;
}

}  // namespace xfrmd::netlink
