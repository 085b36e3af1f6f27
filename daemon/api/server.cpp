#include "daemon/api/server.h"

#include <fcntl.h>

#include <chrono>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/post.hpp>

namespace xfrmd::daemon::api {

namespace {

// Without a free descriptor (EMFILE) the next accept would fail at once, and again, and keep the loop busy.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

tl::expected<std::unique_ptr<Server>, std::string> Server::start(asio::io_context& io, Service& service,
                                                                 SocketFile file, Audit audit) {
    std::unique_ptr<Server> server(new Server(io, service, std::move(file), std::move(audit)));
    std::error_code error;
    server->acceptor_.assign(asio::local::stream_protocol(), server->file_->release_socket(), error);
    if (error) return tl::unexpected<std::string>("cannot wait for connections: " + error.message());
    service.events().listen([raw = server.get()] { raw->on_event(); });
    server->accept();
    return server;
}

Server::Server(asio::io_context& io, Service& service, SocketFile file, Audit audit)
    : io_(io),
      service_(service),
      file_(std::make_unique<SocketFile>(std::move(file))),
      group_(file_->group()),
      audit_(std::move(audit)),
      rpc_(service, audit_),
      acceptor_(io),
      accept_again_(io) {}

Server::~Server() {
    if (acceptor_.is_open()) service_.events().listen(nullptr);
}

void Server::stop() {
    service_.events().listen(nullptr);
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
    const bool is_full = links_.size() >= kMaxConnections && !(may_operate(*caller, group_) && make_room());
    const LinkId id = ++last_link_;
    Link& link =
        *links_.emplace(id, std::make_unique<Link>(std::move(socket), *caller, service_.events())).first->second;
    touch(link);
    if (!may_operate(*caller, group_)) {
        if (audit_) audit_({*caller, "", "", std::string(traits(ErrorKind::PermissionDenied).name)});
        link.conversation.refuse({ErrorKind::PermissionDenied, "you may not use this socket"});
    } else if (is_full) {
        link.conversation.refuse(
            {ErrorKind::ServerBusy, "there are " + std::to_string(kMaxConnections) + " connections already"});
    }
    turn(id);
}

bool Server::make_room() {
    const LinkId id = idlest();
    Link* link = find(id);
    if (link == nullptr) return false;
    links_.erase(evicted_);  // it has had its time to read why
    evicted_ = id;
    link->conversation.refuse({ErrorKind::ServerBusy, "another caller needs this place, which was idle longest"});
    turn(id);
    return true;
}

bool Server::is_asking(const Link& link) {
    std::error_code ignored;
    return link.conversation.holds_text() || link.socket.available(ignored) > 0;
}

Server::LinkId Server::idlest() const {
    LinkId idlest = 0;
    std::pair<bool, std::uint64_t> lowest;
    for (const auto& [id, link] : links_) {
        if (!link->conversation.is_idle() || link->subscription.is_active() || link->turn_is_due) continue;
        const std::pair rank(is_asking(*link), link->last_active);
        if (idlest != 0 && rank >= lowest) continue;
        idlest = id;
        lowest = rank;
    }
    return idlest;
}

// Posted, never nested: whoever publishes is in the middle of something.
void Server::on_event() {
    for (const auto& [id, link] : links_) {
        if (link->subscription.is_active() && link->conversation.takes_events()) turn_later(id, *link);
    }
}

void Server::tell_events(Link& link) {
    while (link.conversation.takes_events()) {
        const auto line = link.subscription.next();
        if (!line) return;
        link.conversation.tell(*line);
    }
}

Server::Link* Server::find(LinkId id) {
    const auto found = links_.find(id);
    return found == links_.end() ? nullptr : found->second.get();
}

// Everything that happens to a connection ends here: one text is handled, then reading and writing go on as they may.
void Server::turn(LinkId id) {
    Link* link = find(id);
    if (link == nullptr) return;
    link->turn_is_due = false;
    tell_events(*link);
    handle_one_text(id, *link);
    if (link->conversation.is_over()) {
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

void Server::handle_one_text(LinkId id, Link& link) {
    const auto text = link.conversation.next_text();
    if (!text) return;
    touch(link);
    // Posted, never nested: the Service may answer within the call, and what follows may end the connection.
    const std::size_t requests = rpc_.handle(*text, {link.caller, link.subscription}, [this, id](Reply reply) {
        asio::post(io_, [this, id, reply = std::move(reply)] {
            if (Link* here = find(id); here != nullptr) {
                here->conversation.replied(reply);
                touch(*here);
                turn(id);
            }
        });
    });
    link.conversation.started(requests);
    turn_later(id, link);
}

void Server::read(LinkId id, Link& link) {
    if (link.reading || !link.conversation.wants_input() || link.turn_is_due) return;
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
        link->conversation.received_end();
    } else {
        link->conversation.received({link->chunk.data(), count});
        touch(*link);
    }
    turn(id);
}

void Server::write(LinkId id, Link& link) {
    if (link.writing) return;
    const std::string_view outgoing = link.conversation.outgoing();
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
    link->conversation.sent(count);
    turn(id);
}

}  // namespace xfrmd::daemon::api
