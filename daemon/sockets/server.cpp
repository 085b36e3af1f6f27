#include "daemon/sockets/server.h"

#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/error.hpp>

#include "ike/base/wiping.h"

namespace xfrmd::daemon {

namespace {

// Without a free descriptor (EMFILE) the next accept would fail at once, and again, and keep the loop busy.
constexpr std::chrono::milliseconds kAcceptPause{100};
// In one turn.
constexpr std::size_t kMostWritten = 64 << 10;

bool is_later(const std::error_code& error) {
    return error == asio::error::would_block || error == asio::error::try_again || error == asio::error::interrupted;
}

}  // namespace

void Place::later(std::function<void()> work) const { server_->later(number_, std::move(work)); }

void Place::wake() const {
    if (Server::Link* link = server_->find(number_)) server_->turn_later(number_, *link);
}

tl::expected<std::unique_ptr<Server>, std::string> Server::start(asio::io_context& io, Turns& turns, SocketFile file,
                                                                 ServerOptions options) {
    std::unique_ptr<Server> server(new Server(io, turns, std::move(file), std::move(options)));
    std::error_code error;
    server->acceptor_.assign(asio::local::stream_protocol(), server->file_->release_socket(), error);
    if (error) return tl::unexpected<std::string>("cannot wait for connections: " + error.message());
    server->accept();
    return server;
}

Server::Server(asio::io_context& io, Turns& turns, SocketFile file, ServerOptions options)
    : turns_(turns),
      file_(std::make_unique<SocketFile>(std::move(file))),
      group_(file_->group()),
      options_(std::move(options)),
      acceptor_(io),
      accept_again_(io) {}

void Server::stop() {
    std::error_code ignored;  // closing cannot fail in a way that matters now
    acceptor_.close(ignored);
    accept_again_.cancel();
    links_.clear();
    file_.reset();
}

void Server::accept() {
    acceptor_.async_accept([this](std::error_code error, Socket socket) {
        if (!acceptor_.is_open()) return;
        if (error) return accept_later();
        welcome(std::move(socket));
        accept();
    });
}

void Server::accept_later() {
    accept_again_.expires_after(kAcceptPause);
    accept_again_.async_wait([this](std::error_code error) {
        if (!error && acceptor_.is_open()) accept();
    });
}

void Server::welcome(Socket socket) {
    fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    const auto caller = caller_of(socket.native_handle());
    std::error_code error;
    socket.non_blocking(true, error);
    if (!caller || error) return;
    const bool permitted = may_operate(*caller, group_);
    const bool is_full = links_.size() >= options_.most_connections && !(permitted && make_room());
    const LinkId id = ++last_link_;
    Link& link =
        *links_
             .emplace(id, std::make_unique<Link>(std::move(socket), options_.make_dialogue(*caller, Place(*this, id))))
             .first->second;
    touch(link);
    if (!permitted) {
        if (options_.on_denied) options_.on_denied(*caller);
        link.dialogue->refuse(Refusal::not_permitted);
    } else if (is_full) {
        link.dialogue->refuse(Refusal::full);
    }
    await_hang_up(id, link);
    turn_later(id, link);
}

// Nobody reads while a command is worked on, so that reading would not tell.
void Server::await_hang_up(LinkId id, Link& link) {
    link.socket.async_wait(Socket::wait_error, [this, id](std::error_code error) {
        Link* gone = error ? nullptr : find(id);
        if (gone == nullptr) return;
        gone->dialogue->hung_up();
        turn_later(id, *gone);
    });
}

bool Server::make_room() {
    const LinkId id = idlest();
    Link* link = find(id);
    if (link == nullptr) return false;
    links_.erase(evicted_);  // it has had its time to read why
    evicted_ = id;
    link->dialogue->refuse(Refusal::evicted);
    turn_later(id, *link);
    return true;
}

bool Server::is_asking(const Link& link) {
    std::error_code ignored;
    return link.dialogue->is_asking() || link.socket.available(ignored) > 0;
}

Server::LinkId Server::idlest() const {
    LinkId idlest = 0;
    std::pair<bool, std::uint64_t> lowest;
    for (const auto& [id, link] : links_) {
        if (!link->dialogue->is_idle() || link->turn_is_due) continue;
        const std::pair rank(is_asking(*link), link->last_active);
        if (idlest != 0 && rank >= lowest) continue;
        idlest = id;
        lowest = rank;
    }
    return idlest;
}

void Server::wake() {
    for (const auto& [id, link] : links_) {
        if (link->dialogue->has_news()) turn_later(id, *link);
    }
}

Server::Link* Server::find(LinkId id) {
    const auto found = links_.find(id);
    return found == links_.end() ? nullptr : found->second.get();
}

// Everything that happens to a connection is done here. Writing comes before the work, which may have waited for room.
void Server::turn(LinkId id) {
    Link* link = find(id);
    if (link == nullptr) return;
    link->turn_is_due = false;
    if (!link->is_working) read(*link);
    const bool is_there = write(*link);
    link->is_working = is_there && link->dialogue->work();
    if (link->is_working) touch(*link);
    if (!is_there || link->dialogue->is_over()) {
        links_.erase(id);
        return;
    }
    await(id, *link);
}

void Server::turn_later(LinkId id, Link& link) {
    if (std::exchange(link.turn_is_due, true)) return;
    turns_.add([this, id] { turn(id); });
}

void Server::later(LinkId id, std::function<void()> work) {
    turns_.add([this, id, work = std::move(work)] {
        Link* link = find(id);
        if (link == nullptr) return;
        work();
        touch(*link);
        if (!link->turn_is_due) turn(id);  // one turn for each connection, however much comes back to it
    });
}

// Plain reads have no room for control messages: descriptors that a caller passes are closed by the kernel (unix(7)).
void Server::read(Link& link) {
    if (!link.is_readable || !link.dialogue->wants_input()) return;
    std::error_code error;
    const std::size_t count = link.socket.read_some(asio::buffer(link.chunk), error);
    link.is_readable = !error;
    if (is_later(error)) return;
    if (error) return link.dialogue->received_end();
    link.dialogue->received({link.chunk.data(), count});
    base::wipe_text(std::span(link.chunk).first(count));
    touch(link);
}

bool Server::write(Link& link) {
    const std::string_view outgoing = link.dialogue->outgoing();
    if (outgoing.empty() || !link.is_writable) return true;
    std::error_code error;
    const std::size_t count =
        link.socket.write_some(asio::buffer(outgoing.data(), std::min(outgoing.size(), kMostWritten)), error);
    link.is_writable = !error;
    if (error) return is_later(error);
    link.dialogue->sent(count);
    return true;
}

// The next turn is now where there is something to do, and else when there is something to read, or room to write.
void Server::await(LinkId id, Link& link) {
    const bool wants_input = !link.is_working && link.dialogue->wants_input();
    const bool wants_room = !link.dialogue->outgoing().empty();
    if (link.is_working || (wants_input && link.is_readable) || (wants_room && link.is_writable)) turn_later(id, link);
    if (wants_input && !link.is_readable) await(id, link, Socket::wait_read, &Link::awaits_input, &Link::is_readable);
    if (wants_room && !link.is_writable) await(id, link, Socket::wait_write, &Link::awaits_room, &Link::is_writable);
}

void Server::await(LinkId id, Link& link, Socket::wait_type what, bool Link::* awaits, bool Link::* is_ready) {
    if (std::exchange(link.*awaits, true)) return;
    link.socket.async_wait(what, [this, id, awaits, is_ready](std::error_code error) {
        Link* waiting = error ? nullptr : find(id);
        if (waiting == nullptr) return;
        waiting->*awaits = false;
        waiting->*is_ready = true;
        turn_later(id, *waiting);
    });
}

}  // namespace xfrmd::daemon
