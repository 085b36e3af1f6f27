// A Server on a real Unix socket in a folder of its own, a FakeService behind it, and plain non-blocking clients. The
// event loop is turned by hand, and only as far as a test needs.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/json.h"
#include "daemon/api/server.h"
#include "tests/unit/api/fake_service.h"

namespace xfrmd::daemon::api {

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "xfrmd-api-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

private:
    std::string path_;
};

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

class Client {
public:
    explicit Client(const std::string& path) : socket_(connect_to(path)) {}
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
    std::size_t lines() const { return static_cast<std::size_t>(std::count(received_.begin(), received_.end(), '\n')); }
    std::vector<Json> replies() const {
        std::vector<Json> all;
        for (std::size_t start = 0; start < received_.size();) {
            const std::size_t end = received_.find('\n', start);
            if (end == std::string::npos) break;
            all.push_back(Json::parse(received_.substr(start, end - start)));
            start = end + 1;
        }
        return all;
    }

private:
    Descriptor socket_;
    std::string received_;
    bool ended_ = false;
};

struct Hall {
    TemporaryFolder folder;
    asio::io_context io;
    FakeService service;
    std::vector<AuditEntry> audited;
    SocketOptions options{folder.file("api.sock"), "no-such-group-here", 0660};
    std::unique_ptr<Server> server;

    Hall() { open(); }
    void open() {
        auto file = SocketFile::make(options);
        if (!file) throw std::runtime_error(file.error());
        auto started =
            Server::start(io, service, std::move(*file), [this](const AuditEntry& entry) { audited.push_back(entry); });
        if (!started) throw std::runtime_error(started.error());
        server = std::move(*started);
    }

    // Turns the loop until `done` says so; false when it never does.
    template <typename Done>
    bool run_until(Done done) {
        constexpr int kTurns = 1000000;
        for (int i = 0; i < kTurns; ++i) {
            if (done()) return true;
            io.poll_one();
        }
        return false;
    }
    bool run_until_lines(Client& client, std::size_t lines) {
        return run_until([&] {
            client.receive();
            return client.lines() >= lines;
        });
    }
    bool run_until_ended(Client& client) {
        return run_until([&] {
            client.receive();
            return client.ended();
        });
    }
    // Whatever can be done without anything new from outside.
    void settle() {
        while (io.poll() > 0) {
        }
    }
};

}  // namespace xfrmd::daemon::api
