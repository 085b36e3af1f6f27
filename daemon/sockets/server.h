// Dialogues on a Unix socket, within the daemon's event loop: accepts, and when a connection has its turn, reads, does
// one piece of work and writes, so much of each at most, and never blocks. Everything is called on the thread that runs
// the io_context. When all places are taken a newcomer gets that of whoever has been idle longest. Once the Server has
// gone, the io_context must not be run again, and is destroyed after it. To end while the loop goes on: stop(), and
// keep the Server until the loop has returned.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <unordered_map>

#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>
#include <tl/expected.hpp>

#include "daemon/sockets/caller.h"
#include "daemon/sockets/dialogue.h"
#include "daemon/sockets/socket_file.h"
#include "daemon/sockets/turns.h"

namespace xfrmd::daemon {

class Server;

// A dialogue's place in its server, by which what happens later finds the dialogue, or finds that it has gone.
class Place {
public:
    Place(Server& server, std::uint64_t number) : server_(&server), number_(number) {}
    // Runs `work` in a turn of its own, and then the dialogue's.
    void later(std::function<void()> work) const;
    // The dialogue has something to say.
    void wake() const;

private:
    Server* server_;
    std::uint64_t number_;
};

struct ServerOptions {
    std::size_t most_connections = 64;
    std::function<std::unique_ptr<Dialogue>(const Caller&, Place)> make_dialogue;
    std::function<void(const Caller&)> on_denied;  // for those who may not operate; may be empty
};

class Server {
public:
    // Error: one sentence for the operator.
    static tl::expected<std::unique_ptr<Server>, std::string> start(asio::io_context& io, Turns& turns, SocketFile file,
                                                                    ServerOptions options);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() = default;

    // Closes every connection and the socket, and removes its file. Idempotent. Not from within a dialogue's turn.
    void stop();
    // Some dialogues have news. Posted, never nested: whoever has them is in the middle of something.
    void wake();
    std::size_t connections() const { return links_.size(); }

private:
    friend class Place;
    using Socket = asio::local::stream_protocol::socket;

    struct Link {
        Link(Socket connected, std::unique_ptr<Dialogue> talk)
            : socket(std::move(connected)), dialogue(std::move(talk)) {}
        Socket socket;
        std::unique_ptr<Dialogue> dialogue;
        std::uint64_t last_active = 0;  // greater than that of every link that was active before
        std::array<char, 16384> chunk{};
        bool is_readable = false;
        bool is_writable = true;
        bool awaits_input = false;
        bool awaits_room = false;
        bool is_working = false;  // there may be more to do before more is read
        bool turn_is_due = false;
    };
    using LinkId = std::uint64_t;  // never used again: a handler that comes late meets no other connection

    Server(asio::io_context& io, Turns& turns, SocketFile file, ServerOptions options);

    void accept();
    void accept_later();
    void welcome(Socket socket);
    // Ends the connection that has been idle longest, one in the middle of a request only where there is no other.
    // False where there is none.
    bool make_room();
    LinkId idlest() const;
    static bool is_asking(const Link& link);
    void touch(Link& link) { link.last_active = ++activity_; }
    Link* find(LinkId id);
    void turn(LinkId id);
    void turn_later(LinkId id, Link& link);
    void later(LinkId id, std::function<void()> work);
    void read(Link& link);
    // False where the connection has gone.
    static bool write(Link& link);
    void await(LinkId id, Link& link);
    void await(LinkId id, Link& link, Socket::wait_type what, bool Link::* awaits, bool Link::* is_ready);
    void await_hang_up(LinkId id, Link& link);

    Turns& turns_;
    std::unique_ptr<SocketFile> file_;
    gid_t group_;
    ServerOptions options_;
    asio::local::stream_protocol::acceptor acceptor_;
    asio::steady_timer accept_again_;
    std::unordered_map<LinkId, std::unique_ptr<Link>> links_;
    LinkId last_link_ = 0;
    LinkId evicted_ = 0;  // the last one; the only one that may be there beyond most_connections
    std::uint64_t activity_ = 0;
};

}  // namespace xfrmd::daemon
