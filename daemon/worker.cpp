#include "daemon/worker.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/clock.h"
#include "ike/shard.h"

namespace xfrmd::daemon {

Worker::Worker(asio::io_context& io, WorkerOptions options, base::Random& random, policy::Snapshot configuration,
               Outside& outside)
    : io_(io),
      options_(options),
      outside_(outside),
      engine_(options.engine, random, std::move(configuration)),
      timer_(io) {}

tl::expected<void, std::string> Worker::open() {
    for (const base::Family family : {base::Family::ipv4, base::Family::ipv6}) {
        for (const bool nat_traversal : {false, true}) {
            const std::uint16_t port = nat_traversal ? options_.engine.nat_port : options_.engine.port;
            auto socket = UdpSocket::open(io_, {family, port, nat_traversal, options_.workers > 1, options_.ipsec});
            if (!socket && family == base::Family::ipv6 && socket.error().without_family) {
                outside_.report({ike::Level::warning, {}, {}, {}, "without IPv6: " + socket.error().text});
                continue;
            }
            if (!socket) return tl::unexpected(socket.error().text);
            (*socket)->receive([this](const ike::Datagram& datagram) { receive(datagram); });
            sockets_.push_back(std::move(*socket));
        }
    }
    return {};
}

void Worker::receive(const ike::Datagram& datagram) {
    if (options_.workers > 1) {
        const auto owner = ike::shard_of(datagram, options_.engine.nat_port);
        if (owner && *owner != shard() && *owner < options_.workers) {
            return outside_.forward(*owner, {datagram.local, datagram.remote, base::to_bytes(datagram.bytes)});
        }
    }
    handle(datagram);
    drain();
}

void Worker::submit(ike::Input input) {
    waiting_.push_back(std::move(input));
    if (!draining_) drain();
}

void Worker::drain() {
    draining_ = true;
    while (!waiting_.empty()) {
        const ike::Input input = std::move(waiting_.front());
        waiting_.pop_front();
        handle(input);
    }
    draining_ = false;
    arm_timer();
}

void Worker::handle(const ike::Input& input) {
    const bool outer = std::exchange(draining_, true);
    for (ike::Action& action : engine_.handle(input, boot_now())) {
        std::visit([this](auto& item) { run(std::move(item)); }, action);
    }
    draining_ = outer;
}

void Worker::run(ike::SendDatagram action) {
    for (const auto& socket : sockets_) {
        const UdpSocketOptions& options = socket->options();
        if (options.family != action.remote.address.family() || options.port != action.local.port) continue;
        if (socket->send(action.local.address, action.remote, action.bytes)) return;
        return outside_.report({ike::Level::warning,
                                {},
                                {},
                                {},
                                "cannot send to " + action.remote.to_string() + " from " + action.local.to_string() +
                                    ": " + std::strerror(errno)});
    }
    outside_.report(
        {ike::Level::warning,
         {},
         {},
         {},
         "no socket on port " + std::to_string(action.local.port) + " to reach " + action.remote.to_string()});
}

void Worker::run(ike::InstallChild action) { outside_.install(shard(), std::move(action.child)); }

void Worker::arm_timer() {
    const base::Instant due = engine_.next_timeout();
    if (due == armed_for_) return;
    armed_for_ = due;
    if (due == base::kNever) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(due - boot_now());
    timer_.async_wait([this](const std::error_code& error) {
        if (error) return;  // armed anew, or the daemon ends
        armed_for_ = base::kNever;
        submit(ike::TimePassed{});
    });
}

}  // namespace xfrmd::daemon
