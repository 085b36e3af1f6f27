// One UDP socket of the daemon: IKE on one port of one address family, on all addresses, telling for every datagram
// which of our addresses it came to, and sending from the address that is asked for (RFC 7296 2.11). Never blocks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <tl/expected.hpp>

#include "ike/actions.h"
#include "ike/base/address.h"
#include "ike/inputs.h"

namespace xfrmd::daemon {

struct UdpSocketOptions {
    base::Family family = base::Family::ipv4;
    std::uint16_t port = 500;
    bool nat_traversal = false;  // take ESP out of UDP (RFC 3948)
    bool shared = false;         // several sockets on one port, one for each engine (SO_REUSEPORT)
    bool ipsec = true;           // bypass policies and take ESP out of UDP; false without a kernel that has XFRM
};

// One sentence with the port and what the system said.
struct UdpSocketError {
    std::string text;
    bool without_family = false;  // this host does not have the address family at all
};

class UdpSocket {
public:
    static constexpr std::size_t kAtOnce = 64;  // datagrams that a system call takes in, or sends
    using Receiver = std::function<void(const ike::Datagram&)>;
    using Unsent = std::function<void(const ike::SendDatagram&, int error)>;  // an errno

    static tl::expected<std::unique_ptr<UdpSocket>, UdpSocketError> open(asio::io_context& io,
                                                                         const UdpSocketOptions& options);

    // `readable` is called within the loop whenever there is something to read.
    void when_readable(std::function<void()> readable);
    // Calls `receiver` for each of up to kAtOnce datagrams; their bytes are good for the call only. False once nothing
    // is left for now.
    bool read(const Receiver& receiver);
    // What is put leaves with the next send(), in order. False where that is due: kAtOnce wait.
    bool put(ike::SendDatagram&& datagram);
    // `unsent` hears of each that the system does not take. A full buffer loses it, as the network may.
    void send(const Unsent& unsent);

    // Datagrams that the kernel has lost because nobody read in time.
    std::uint64_t overflowed() const;

    const UdpSocketOptions& options() const { return options_; }

private:
    UdpSocket(asio::io_context& io, int fd, const UdpSocketOptions& options);
    void wait();

    asio::posix::stream_descriptor descriptor_;
    UdpSocketOptions options_;
    std::function<void()> readable_;
    std::unique_ptr<std::uint8_t[]> buffer_;  // its pages are touched as far as datagrams reach
    std::vector<ike::SendDatagram> leaving_;
};

}  // namespace xfrmd::daemon
