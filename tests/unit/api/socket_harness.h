// An RpcServer on a real Unix socket in a folder of its own, and a FakeService behind it. The event loop is turned by
// hand, and only as far as a test needs.
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
#include <deque>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/json.h"
#include "daemon/api/rpc_server.h"
#include "tests/support/socket_client.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/api/fake_service.h"

namespace xfrmd::daemon::api {

// Speaks JSON-RPC: what it has heard, as lines.
class Client : public SocketClient {
public:
    using SocketClient::SocketClient;
    std::size_t lines() const {
        return static_cast<std::size_t>(std::count(received().begin(), received().end(), '\n'));
    }
    std::vector<Json> replies() const {
        std::vector<Json> all;
        for (std::size_t start = 0; start < received().size();) {
            const std::size_t end = received().find('\n', start);
            if (end == std::string::npos) break;
            all.push_back(Json::parse(received().substr(start, end - start)));
            start = end + 1;
        }
        return all;
    }
};

struct Hall {
    TemporaryFolder folder;
    asio::io_context io;
    Turns turns{io};
    FakeService service;
    std::vector<AuditEntry> audited;
    SocketOptions options{folder.file("api.sock"), "no-such-group-here", 0660};
    std::unique_ptr<RpcServer> server;

    Hall() { open(); }
    void open() {
        auto file = SocketFile::make(options);
        if (!file) throw std::runtime_error(file.error());
        auto started = RpcServer::start(io, turns, service, std::move(*file),
                                        [this](const AuditEntry& entry) { audited.push_back(entry); });
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
    // As many clients as there are places.
    std::deque<Client> fill() {
        std::deque<Client> clients;
        for (std::size_t i = 0; i < kMaxConnections; ++i) {
            if (!clients.emplace_back(options.path).is_connected()) throw std::runtime_error("no connection");
            settle();
        }
        return clients;
    }
};

}  // namespace xfrmd::daemon::api
