// A plain non-blocking client of a Unix socket: says what a test says, keeps what it hears.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include "daemon/descriptor.h"

namespace xfrmd::daemon {

inline sockaddr_un unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    return address;
}

inline Descriptor connect_to(const std::string& path) {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const sockaddr_un address = unix_address(path);
    if (connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return Descriptor();
    return socket;
}

class SocketClient {
public:
    explicit SocketClient(const std::string& path) : socket_(connect_to(path)) {}
    bool is_connected() const { return socket_.is_open(); }
    int number() const { return socket_.number(); }

    // How much the kernel took.
    std::size_t send(std::string_view text) {
        const auto count = ::send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL);
        return count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    void end_writing() { shutdown(socket_.number(), SHUT_WR); }
    void leave() { socket_ = Descriptor(); }

    void receive() {
        std::array<char, 65536> chunk{};
        for (;;) {
            const auto count = recv(socket_.number(), chunk.data(), chunk.size(), 0);
            if (count > 0) {
                received_.append(chunk.data(), static_cast<std::size_t>(count));
                continue;
            }
            if (count == 0 || (errno != EAGAIN && errno != EINTR)) ended_ = true;
            return;
        }
    }
    bool ended() const { return ended_; }
    const std::string& received() const { return received_; }

private:
    Descriptor socket_;
    std::string received_;
    bool ended_ = false;
};

}  // namespace xfrmd::daemon
