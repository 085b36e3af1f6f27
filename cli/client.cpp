#include "cli/client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace xfrmd::cli {

namespace {

// More than any reply the daemon sends; a runaway peer on the socket ends here.
constexpr std::size_t kLongestReply = 16 << 20;
// Notifications before a reply.
constexpr std::size_t kMostUnasked = 10000;

std::string words_for(int error) { return std::generic_category().message(error); }

Json unreachable(std::string message) {
    return make_error("daemon.unreachable", std::move(message),
                      "start xfrmd, or name its socket with --socket or XFRMD_SOCKET");
}

Json connect_error(const std::string& path, int error) {
    if (error == EACCES || error == EPERM) {
        return make_error("permission.denied", "you may not use " + path,
                          "run as root or as a member of the socket's group");
    }
    return unreachable("no daemon answers on " + path + ": " + words_for(error));
}

Json invalid_reply(std::string message) {
    return make_error("daemon.reply_invalid", std::move(message),
                      "check that the daemon and xfrmctl are of the same version");
}

// The result or the error of one reply. An error without an id is about the connection, and so about us.
Answer open_reply(Json reply, std::uint64_t id) {
    const Json& error = member(reply, "error");
    if (error.is_object()) return tl::unexpected<Json>(error);
    if (number_of(reply, "id") != id || !reply.contains("result")) {
        return tl::unexpected<Json>(invalid_reply("the daemon's reply is not one to our request"));
    }
    return std::move(reply["result"]);
}

}  // namespace

Json make_error(std::string_view kind, std::string message, std::string hint) {
    constexpr int kOurs = -32000;
    return {{"code", kOurs},
            {"message", std::move(message)},
            {"data", {{"kind", kind}, {"retryable", false}, {"hint", std::move(hint)}}}};
}

Client::~Client() {
    if (socket_ >= 0) close(socket_);
}

Answer Client::call(std::string_view method, const Json& params, std::chrono::milliseconds patience) {
    const Deadline deadline = std::chrono::steady_clock::now() + patience;
    if (auto connected = connect(); !connected) return tl::unexpected<Json>(connected.error());
    const std::uint64_t id = ++last_id_;
    const Json request = {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
    const std::string text = request.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
    // A daemon that refuses us may have closed before it read: what it had to say is there to be read.
    const auto sent = send(text, deadline);
    for (;;) {
        auto reply = receive_object(deadline);
        if (!reply) return tl::unexpected<Json>(sent ? reply.error() : sent.error());
        if (!reply->contains("method")) return open_reply(std::move(*reply), id);
        if (unasked_.size() >= kMostUnasked)
            return tl::unexpected<Json>(invalid_reply("the daemon says more than it answers"));
        unasked_.push_back(std::move(*reply));
    }
}

Answer Client::notification(std::optional<std::chrono::milliseconds> patience) {
    if (!unasked_.empty()) {
        Json first = std::move(unasked_.front());
        unasked_.pop_front();
        return first;
    }
    const auto now = std::chrono::steady_clock::now();
    auto said = receive_object(patience ? now + *patience : Deadline::max());
    if (!said || said->contains("method")) return said;
    const Json& error = member(*said, "error");
    return tl::unexpected<Json>(error.is_object() ? error : invalid_reply("the daemon answers what nobody asked"));
}

Answer Client::receive_object(Deadline deadline) {
    const auto line = receive_line(deadline);
    if (!line) return tl::unexpected<Json>(line.error());
    Json object = Json::parse(*line, nullptr, false);
    if (!object.is_object()) return tl::unexpected<Json>(invalid_reply("the daemon's reply is not a JSON object"));
    return object;
}

Client::Trouble Client::connect() {
    if (socket_ >= 0) return {};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path)
        return tl::unexpected<Json>(unreachable("the socket's path is too long: " + path_));
    std::copy(path_.begin(), path_.end(), address.sun_path);
    socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0) return tl::unexpected<Json>(unreachable("cannot make a socket: " + words_for(errno)));
    // A full backlog is EAGAIN: a daemon that does not accept is as good as none.
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return {};
    Json error = connect_error(path_, errno);
    close(std::exchange(socket_, -1));
    return tl::unexpected<Json>(std::move(error));
}

Client::Trouble Client::wait_for(short events, Deadline deadline) const {
    pollfd waiting{socket_, events, 0};
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        const int ready = poll(&waiting, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 60000)));
        if (ready > 0) return {};
        if (ready < 0 && errno != EINTR)
            return tl::unexpected<Json>(unreachable("cannot wait for the daemon: " + words_for(errno)));
        if (ready == 0 && left <= 0) break;
    }
    return tl::unexpected<Json>(
        make_error("operation.timeout", "the daemon did not answer in time", "allow more with --timeout"));
}

Client::Trouble Client::send(std::string_view text, Deadline deadline) {
    while (!text.empty()) {
        if (auto ready = wait_for(POLLOUT, deadline); !ready) return ready;
        const auto count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
        if (count >= 0) {
            text.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno != EAGAIN && errno != EINTR) {
            return tl::unexpected<Json>(unreachable("the daemon closed the connection: " + words_for(errno)));
        }
    }
    return {};
}

tl::expected<std::string, Json> Client::receive_line(Deadline deadline) {
    std::array<char, 65536> chunk{};
    std::size_t searched = 0;
    for (;;) {
        const std::size_t end = received_.find('\n', searched);
        if (end != std::string::npos) {
            std::string line = received_.substr(0, end);
            received_.erase(0, end + 1);
            return line;
        }
        searched = received_.size();
        if (searched > kLongestReply) return tl::unexpected<Json>(invalid_reply("the daemon's reply does not end"));
        if (auto ready = wait_for(POLLIN, deadline); !ready) return tl::unexpected<Json>(ready.error());
        const auto count = recv(socket_, chunk.data(), chunk.size(), 0);
        if (count > 0) {
            received_.append(chunk.data(), static_cast<std::size_t>(count));
        } else if (count == 0) {
            return tl::unexpected<Json>(unreachable("the daemon closed the connection before it answered"));
        } else if (errno != EAGAIN && errno != EINTR) {
            return tl::unexpected<Json>(unreachable("the connection to the daemon broke: " + words_for(errno)));
        }
    }
}

}  // namespace xfrmd::cli
