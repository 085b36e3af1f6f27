// The JSON-RPC server on its Unix socket, within the daemon's event loop: accepts, reads, writes, never blocks, and
// handles one request of one connection at a turn of the loop. Everything is called on the thread that runs the
// io_context. When all places are taken a newcomer gets that of whoever has been idle longest. Life: the Service
// outlives the Server; once the Server has gone, the io_context must not be run again, and is destroyed after it. To
// end while the loop goes on: stop(), and keep the Server until the loop has returned.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <unordered_map>

#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>
#include <tl/expected.hpp>

#include "daemon/api/caller.h"
#include "daemon/api/conversation.h"
#include "daemon/api/rpc.h"
#include "daemon/api/service.h"
#include "daemon/api/socket_file.h"

namespace xfrmd::daemon::api {

class Server {
public:
    // Error: one sentence for the operator.
    static tl::expected<std::unique_ptr<Server>, std::string> start(asio::io_context& io, Service& service,
                                                                    SocketFile file, Audit audit);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    // Closes every connection and the socket, and removes its file. Idempotent.
    void stop();
    std::size_t connections() const { return links_.size(); }

private:
    using Socket = asio::local::stream_protocol::socket;

    struct Link {
        Link(Socket connected, Caller from, EventLog& events)
            : socket(std::move(connected)), caller(std::move(from)), subscription(events) {}
        Socket socket;
        Caller caller;
        Conversation conversation;
        Subscription subscription;
        std::uint64_t last_active = 0;  // greater than that of every link that was active before
        std::array<char, 16384> chunk{};
        bool reading = false;
        bool writing = false;
        bool turn_is_due = false;
    };
    using LinkId = std::uint64_t;  // never used again: a handler that comes late meets no other connection

    Server(asio::io_context& io, Service& service, SocketFile file, Audit audit);

    void accept();
    void accept_later();
    void welcome(Socket socket);
    // Ends the connection that has been idle longest, one in the middle of a request only where there is no other; a
    // subscriber is not idle. False where there is none.
    bool make_room();
    LinkId idlest() const;
    static bool is_asking(const Link& link);
    void touch(Link& link) { link.last_active = ++activity_; }
    void on_event();
    void tell_events(Link& link);
    Link* find(LinkId id);
    void turn(LinkId id);
    void turn_later(LinkId id, Link& link);
    void handle_one_text(LinkId id, Link& link);
    void read(LinkId id, Link& link);
    void write(LinkId id, Link& link);
    void on_read(LinkId id, std::error_code error, std::size_t count);
    void on_written(LinkId id, std::error_code error, std::size_t count);

    asio::io_context& io_;
    Service& service_;
    std::unique_ptr<SocketFile> file_;
    gid_t group_;
    Audit audit_;
    Rpc rpc_;
    asio::local::stream_protocol::acceptor acceptor_;
    asio::steady_timer accept_again_;
    std::unordered_map<LinkId, std::unique_ptr<Link>> links_;
    LinkId last_link_ = 0;
    LinkId evicted_ = 0;  // the last one; the only one that may be there beyond kMaxConnections
    std::uint64_t activity_ = 0;
};

}  // namespace xfrmd::daemon::api
