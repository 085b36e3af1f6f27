#include "daemon/udp_socket.h"

#include <linux/sock_diag.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "daemon/system_address.h"
#include "netlink/socket_bypass.h"

namespace xfrmd::daemon {

namespace {

constexpr std::size_t kLargestDatagram = 65536;
constexpr int kReceiveBuffer = 4 * 1024 * 1024;

// Room for one IP_PKTINFO or IPV6_PKTINFO, and one IP_TOS or IPV6_TCLASS.
struct ControlBuffer {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int))> bytes{};
};

// Where one datagram is read to, beside its bytes.
struct Slot {
    SystemAddress from;
    ControlBuffer control;
    iovec part{};

    void attach(msghdr& message, std::uint8_t* buffer) {
        part = {buffer, kLargestDatagram};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.bytes.data();
        message.msg_controllen = control.bytes.size();
    }
};

base::Address address_of(const void* octets, std::size_t size) {
    return *base::Address::from_bytes({static_cast<const std::uint8_t*>(octets), size});
}

// Which of our addresses a datagram came to; nothing where the kernel did not say.
std::optional<base::Address> destination_of(msghdr& message) {
    for (cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr; item = CMSG_NXTHDR(&message, item)) {
        if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO) {
            in_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(item), sizeof info);
            return address_of(&info.ipi_addr, 4);
        }
        if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(item), sizeof info);
            return address_of(&info.ipi6_addr, 16);
        }
    }
    return std::nullopt;
}

// Behind what is there already.
void put_control(msghdr& message, ControlBuffer& control, int level, int type, const void* data, std::size_t size) {
    auto* item = reinterpret_cast<cmsghdr*>(control.bytes.data() + message.msg_controllen);
    message.msg_control = control.bytes.data();
    message.msg_controllen += CMSG_SPACE(size);
    item->cmsg_level = level;
    item->cmsg_type = type;
    item->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(item), data, size);
}

void set_source(msghdr& message, ControlBuffer& control, const base::Address& from) {
    if (from.is_v6()) {
        in6_pktinfo info{};
        std::memcpy(&info.ipi6_addr, from.bytes().data(), 16);
        put_control(message, control, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    } else {
        in_pktinfo info{};
        std::memcpy(&info.ipi_spec_dst, from.bytes().data(), 4);
        put_control(message, control, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    }
}

// The upper six bits of the byte; the lower two are ECN's (RFC 2474 3, RFC 3168 5).
void set_dscp(msghdr& message, ControlBuffer& control, base::Family family, std::uint8_t dscp) {
    const int traffic_class = dscp << 2;
    const bool v6 = family == base::Family::ipv6;
    put_control(message, control, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS, &traffic_class,
                sizeof traffic_class);
}

// What one datagram is sent from.
struct Letter {
    SystemAddress to;
    ControlBuffer control;
    iovec part{};

    void attach(msghdr& message, ike::SendDatagram& datagram, base::Family family) {
        part = {datagram.bytes.data(), datagram.bytes.size()};
        message.msg_name = &to;
        message.msg_namelen = to_system(datagram.remote, to);
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        if (!datagram.local.address.is_any()) set_source(message, control, datagram.local.address);
        if (datagram.dscp != 0) set_dscp(message, control, family, datagram.dscp);
    }
};

UdpSocketError failure(const UdpSocketOptions& options, const std::string& what, const std::string& why) {
    return {"UDP port " + std::to_string(options.port) +
            (options.family == base::Family::ipv6 ? " (IPv6): " : " (IPv4): ") + what + ": " + why};
}

// Room for a storm of first messages; the kernel gives less where the daemon may not ask for more than others.
void widen_receive_buffer(int fd) {
    const int size = kReceiveBuffer;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == 0) return;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

bool switch_on(int fd, int level, int option) {
    const int on = 1;
    return setsockopt(fd, level, option, &on, sizeof on) == 0;
}

bool configure(int fd, const UdpSocketOptions& options) {
    const bool v6 = options.family == base::Family::ipv6;
    if (options.shared && !switch_on(fd, SOL_SOCKET, SO_REUSEPORT)) return false;
    if (v6) return switch_on(fd, IPPROTO_IPV6, IPV6_V6ONLY) && switch_on(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO);
    return switch_on(fd, IPPROTO_IP, IP_PKTINFO);
}

bool bind_to_any(int fd, const UdpSocketOptions& options) {
    SystemAddress address;
    const socklen_t size = to_system({base::Address::any(options.family), options.port}, address);
    return bind(fd, &address.any, size) == 0;
}

netlink::KernelResult<void> make_ipsec_socket(int fd, const UdpSocketOptions& options) {
    if (!options.ipsec) return {};
    auto done = netlink::bypass_policies(fd, options.family);
    if (done && options.nat_traversal) done = netlink::take_esp_out_of_udp(fd);
    return done;
}

}  // namespace

tl::expected<std::unique_ptr<UdpSocket>, UdpSocketError> UdpSocket::open(asio::io_context& io,
                                                                         const UdpSocketOptions& options) {
    const auto fail = [&](const std::string& what) {
        const int error = errno;
        UdpSocketError why = failure(options, what, std::generic_category().message(error));
        why.without_family = error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
        return tl::unexpected(std::move(why));
    };
    const int family = options.family == base::Family::ipv6 ? AF_INET6 : AF_INET;
    const int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail("cannot make a socket");
    std::unique_ptr<UdpSocket> made(new UdpSocket(io, fd, options));
    if (!configure(fd, options)) return fail("cannot set socket options");
    widen_receive_buffer(fd);
    if (!bind_to_any(fd, options)) return fail("cannot bind (is another IKE daemon running?)");
    if (const auto ready = make_ipsec_socket(fd, options); !ready) {
        return tl::unexpected(failure(options, "cannot prepare the socket for IPsec", ready.error().text));
    }
    return made;
}

UdpSocket::UdpSocket(asio::io_context& io, int fd, const UdpSocketOptions& options)
    : descriptor_(io, fd),
      options_(options),
      buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(kAtOnce * kLargestDatagram)) {}

void UdpSocket::when_readable(std::function<void()> readable) {
    readable_ = std::move(readable);
    wait();
}

void UdpSocket::wait() {
    descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const std::error_code& error) {
        if (error) return;  // the socket is being closed
        readable_();
        wait();
    });
}

bool UdpSocket::read(const Receiver& receiver) {
    std::array<Slot, kAtOnce> slots;
    std::array<mmsghdr, kAtOnce> messages{};
    for (std::size_t i = 0; i < kAtOnce; ++i) slots[i].attach(messages[i].msg_hdr, &buffer_[i * kLargestDatagram]);
    const int got = recvmmsg(descriptor_.native_handle(), messages.data(), kAtOnce, 0, nullptr);
    // Errors that came by ICMP are somebody's word only; reading has taken them away.
    if (got < 0) return errno != EAGAIN && errno != EWOULDBLOCK;
    const auto count = static_cast<std::size_t>(got);
    for (std::size_t i = 0; i < count; ++i) {
        const auto local = destination_of(messages[i].msg_hdr);
        if (!local) continue;
        const base::ByteView bytes(&buffer_[i * kLargestDatagram], messages[i].msg_len);
        receiver({{*local, options_.port}, from_system(slots[i].from), bytes});
    }
    return count == kAtOnce;
}

std::uint64_t UdpSocket::overflowed() const {
    std::array<std::uint32_t, SK_MEMINFO_VARS> counts{};
    socklen_t size = sizeof counts;
    const int got = getsockopt(const_cast<asio::posix::stream_descriptor&>(descriptor_).native_handle(), SOL_SOCKET,
                               SO_MEMINFO, counts.data(), &size);
    return got == 0 ? counts[SK_MEMINFO_DROPS] : 0;
}

bool UdpSocket::put(ike::SendDatagram&& datagram) {
    leaving_.push_back(std::move(datagram));
    return leaving_.size() < kAtOnce;
}

void UdpSocket::send(const Unsent& unsent) {
    std::array<Letter, kAtOnce> letters;
    std::array<mmsghdr, kAtOnce> messages{};
    const std::size_t count = leaving_.size();
    for (std::size_t i = 0; i < count; ++i) letters[i].attach(messages[i].msg_hdr, leaving_[i], options_.family);
    for (std::size_t done = 0; done < count;) {
        const int sent = sendmmsg(descriptor_.native_handle(), &messages[done], static_cast<unsigned>(count - done), 0);
        if (sent < 0) unsent(leaving_[done], errno);
        done += static_cast<std::size_t>(std::max(sent, 1));
    }
    leaving_.clear();
}

}  // namespace xfrmd::daemon
