#include "daemon/worker.h"

#include <asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "daemon/clock.h"
#include "daemon/sa_view.h"
#include "ike/shard.h"

namespace xfrmd::daemon {

namespace {

// Of a turn. More are read than served: what matters is found among much that does not.
constexpr unsigned kReadsOfSocket = 8;
constexpr unsigned kServed = 64;

}  // namespace

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
            (*socket)->when_readable([this, from = socket->get()] {
                read(*from);
                serve();
            });
            sockets_.push_back(std::move(*socket));
        }
    }
    return {};
}

void Worker::receive(const ike::Datagram& datagram) {
    sort(datagram);
    take_another_turn();
}

void Worker::read(UdpSocket& socket) {
    const auto sort_it = [this](const ike::Datagram& datagram) { sort(datagram); };
    for (unsigned reads = 0; reads < kReadsOfSocket && socket.read(sort_it); ++reads) {
    }
}

void Worker::serve() {
    tell_time();
    tell_whether_to_explain();
    for (unsigned served = 0; served < kServed; ++served) {
        const auto next = inbox_.take();
        if (!next) break;
        handle(ike::Datagram{next->local, next->remote, next->bytes});
        drain();
    }
    end_turn();
    if (!inbox_.empty()) take_another_turn();
}

// Certificates come with datagrams, and the wall clock may have been set.
void Worker::tell_time() {
    constexpr std::chrono::minutes kEvery(1);
    const base::Instant now = boot_now();
    if (now < time_due_) return;
    time_due_ = now + kEvery;
    handle(ike::TimeOfDay{boot_time()});
}

// The log's level may be another one at any time.
void Worker::tell_whether_to_explain() {
    const bool explains = outside_.wants_drops();
    if (explains == std::exchange(options_.engine.explain_drops, explains)) return;
    handle(ike::ExplainDrops{explains});
}

// All sockets are read before more is served: what is at the end of one may be of a higher rank than what was there
// first. Others in the loop have their turns in between.
void Worker::take_another_turn() {
    if (std::exchange(has_another_turn_, true)) return;
    asio::post(io_, [this] {
        has_another_turn_ = false;
        for (const auto& socket : sockets_) read(*socket);
        serve();
    });
}

void Worker::sort(const ike::Datagram& datagram) {
    if (options_.workers > 1) {
        const auto owner = ike::shard_of(datagram, {options_.engine.nat_port, options_.workers});
        if (owner && *owner != shard() && *owner < options_.workers) {
            const bool goes =
                outside_.forward(shard(), *owner, {datagram.local, datagram.remote, base::to_bytes(datagram.bytes)});
            lost_on_the_way_ += goes ? 0 : 1;
            return;
        }
    }
    inbox_.put(engine_.rank_of(datagram), datagram);
}

std::map<base::Reason, std::uint64_t> Worker::lost() const {
    std::map<base::Reason, std::uint64_t> lost;
    for (std::size_t rank = 0; rank < ike::kRanks; ++rank) {
        const auto of = static_cast<ike::Rank>(rank);
        if (const auto times = inbox_.lost(of); times != 0) lost[Inbox::reason_for_loss(of)] += times;
    }
    // Nobody has looked at these either, and the socket they came to was not that of their worker.
    std::uint64_t unseen = lost_on_the_way_;
    for (const auto& socket : sockets_) unseen += socket->overflowed();
    if (unseen != 0) lost[base::Reason::SocketOverflow] = unseen;
    return lost;
}

void Worker::submit(ike::Input input) {
    waiting_.push_back(std::move(input));
    if (draining_) return;
    drain();
    end_turn();
}

void Worker::drain() {
    draining_ = true;
    while (!waiting_.empty()) {
        const ike::Input input = std::move(waiting_.front());
        waiting_.pop_front();
        handle(input);
    }
    draining_ = false;
}

// One system call for many datagrams.
void Worker::end_turn() {
    for (const auto& socket : sockets_) send(*socket);
    arm_timer();
}

void Worker::handle(const ike::Input& input) {
    const bool outer = std::exchange(draining_, true);
    outbox_.begin_turn();
    for (ike::Action& action : engine_.handle(input, boot_now())) {
        std::visit([this](auto& item) { run(std::move(item)); }, action);
    }
    draining_ = outer;
}

void Worker::run(ike::UseChild action) {
    outbox_.ask();
    outside_.use(shard(), action.child);
}

void Worker::used() {
    for (ike::SendDatagram& datagram : outbox_.answer()) put(std::move(datagram));
    end_turn();
}

void Worker::run(ike::SendDatagram action) {
    if (!outbox_.keeps(action)) put(std::move(action));
}

void Worker::put(ike::SendDatagram&& datagram) {
    for (const auto& socket : sockets_) {
        const UdpSocketOptions& options = socket->options();
        if (options.family != datagram.remote.address.family() || options.port != datagram.local.port) continue;
        if (!socket->put(std::move(datagram))) send(*socket);
        return;
    }
    outside_.report(
        {ike::Level::warning,
         {},
         {},
         {},
         "no socket on port " + std::to_string(datagram.local.port) + " to reach " + datagram.remote.to_string()});
}

void Worker::send(UdpSocket& socket) {
    socket.send([this](const ike::SendDatagram& datagram, int error) {
        outside_.report({ike::Level::warning,
                         {},
                         {},
                         {},
                         "cannot send to " + datagram.remote.to_string() + " from " + datagram.local.to_string() +
                             ": " + std::strerror(error)});
    });
}

void Worker::run(const ike::Report& action) {
    const bool is_followed = action.milestone.turn != ike::Turn::none && outside_.wants_views();
    const auto& attempt = action.milestone.attempt;
    if (is_followed && attempt) return outside_.report(action, view_of(action, *attempt));
    const ikev2::sa::IkeSa* sa = is_followed ? engine_.find(action.ike_sa) : nullptr;
    outside_.report(action, sa == nullptr ? std::nullopt : std::optional(view_of(*sa, boot_now())));
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
