#include "daemon/sockets/server.h"

#include <fcntl.h>

#include <chrono>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/post.hpp>

namespace xfrmd::daemon {

namespace {

// Without a free descriptor (EMFILE) the next accept would fail at once, and again, and keep the loop busy.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

void Place::later(std::function<void()> work) const { server_->later(number_, std::move(work)); }

tl::expected<std::unique_ptr<Server>, std::string> Server::start(asio::io_context& io, SocketFile file,
                                                                 ServerOptions options) {
    std::unique_ptr<Server> server(new Server(io, std::move(file), std::move(options)));
    std::error_code error;
    server->acceptor_.assign(asio::local::stream_protocol(), server->file_->release_socket(), error);
    if (error) return tl::unexpected<std::string>("cannot wait for connections: " + error.message());
    server->accept();
    return server;
}

Server::Server(asio::io_context& io, SocketFile file, ServerOptions options)
    : io_(io),
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
    if (!caller) return;
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
    turn(id);
}

bool Server::make_room() {
    const LinkId id = idlest();
    Link* link = find(id);
    if (link == nullptr) return false;
    links_.erase(evicted_);  // it has had its time to read why
    evicted_ = id;
    link->dialogue->refuse(Refusal::evicted);
    turn(id);
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

// Everything that happens to a connection ends here: one piece of work is done, then reading and writing go on as they
// may.
void Server::turn(LinkId id) {
    Link* link = find(id);
    if (link == nullptr) return;
    link->turn_is_due = false;
    if (link->dialogue->work()) {
        touch(*link);
        turn_later(id, *link);
    }
    if (link->dialogue->is_over()) {
        links_.erase(id);
        return;
    }
    write(id, *link);
    read(id, *link);
}

void Server::turn_later(LinkId id, Link& link) {
    if (std::exchange(link.turn_is_due, true)) return;
    asio::post(io_, [this, id] { turn(id); });
}

void Server::later(LinkId id, std::function<void()> work) {
    asio::post(io_, [this, id, work = std::move(work)] {
        Link* link = find(id);
        if (link == nullptr) return;
        work();
        touch(*link);
        turn(id);
    });
}

void Server::read(LinkId id, Link& link) {
    if (link.reading || !link.dialogue->wants_input() || link.turn_is_due) return;
    link.reading = true;
    // Plain reads have no room for control messages: descriptors that a caller passes are closed by the kernel
    // (unix(7)).
    link.socket.async_read_some(asio::buffer(link.chunk),
                                [this, id](std::error_code error, std::size_t count) { on_read(id, error, count); });
}

void Server::on_read(LinkId id, std::error_code error, std::size_t count) {
    Link* link = find(id);
    if (link == nullptr) return;
    link->reading = false;
    if (error) {
        link->dialogue->received_end();
    } else {
        link->dialogue->received({link->chunk.data(), count});
        touch(*link);
    }
    turn(id);
}

void Server::write(LinkId id, Link& link) {
    if (link.writing) return;
    const std::string_view outgoing = link.dialogue->outgoing();
    if (outgoing.empty()) return;
    link.writing = true;
    link.socket.async_write_some(
        asio::buffer(outgoing.data(), outgoing.size()),
        [this, id](std::error_code error, std::size_t count) { on_written(id, error, count); });
}

void Server::on_written(LinkId id, std::error_code error, std::size_t count) {
    Link* link = find(id);
    if (link == nullptr) return;
    link->writing = false;
    if (error) {
        links_.erase(id);
        return;
    }
    link->dialogue->sent(count);
    turn(id);
}

}  // namespace xfrmd::daemon
