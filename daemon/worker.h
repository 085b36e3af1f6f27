// One engine with its sockets and its timer, on one thread. Reads what the sockets have and serves it by rank. Runs the
// engine's actions and feeds completions back as inputs. Several workers share the ports by SO_REUSEPORT: a datagram
// that belongs to another worker's SA, as the shard in our SPI tells, is handed on. Everything that is not the network
// goes through Outside.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <tl/expected.hpp>

#include "daemon/api/model.h"
#include "daemon/inbox.h"
#include "daemon/outbox.h"
#include "daemon/udp_socket.h"
#include "ike/base/random.h"
#include "ike/engine.h"

namespace xfrmd::daemon {

// What a worker needs done. Called on the worker's thread; nothing of it may block.
class Outside {
public:
    virtual ~Outside() = default;
    // Answered by Worker::submit(ChildInstalled).
    virtual void install(std::uint8_t shard, ike::ChildInstall child) = 0;
    // Answered by Worker::used(), in the order of the questions.
    virtual void use(std::uint8_t shard, ike::ChildSaId child) = 0;
    virtual void move(ike::MoveChild child) = 0;
    // Answered by Worker::submit(UsePath), or not.
    virtual void seek(ike::SeekPath wish) = 0;
    virtual void remove(ike::ChildSaId child) = 0;
    // Answered by Worker::submit(ChildrenUsed).
    virtual void query(std::uint8_t shard, ike::QueryUse query) = 0;
    // All other workers get it.
    virtual void tell(std::uint8_t shard, ike::PeerNews news) = 0;
    // Answered by Worker::submit(Fetched).
    virtual void fetch(std::uint8_t shard, ike::Fetch question) = 0;
    // Answered by Worker::submit(Signed).
    virtual void sign(std::uint8_t shard, ike::Sign question) = 0;
    // Answered by Worker::submit(Leased).
    virtual void lease(std::uint8_t shard, ike::LeaseAddresses question) = 0;
    virtual void give_back(policy::LeaseHolder holder) = 0;
    virtual void move_leases(ike::MoveLeases moved) = 0;
    virtual void hold(ike::HoldAddresses given) = 0;
    virtual void drop(policy::LeaseHolder holder) = 0;
    virtual void revive(ike::ReviveChild child) = 0;
    virtual void done(ike::OperationDone operation) = 0;
    // Somebody reads why datagrams are dropped.
    virtual bool wants_drops() const = 0;
    // Somebody follows what happens to IKE SAs.
    virtual bool wants_views() const = 0;
    // `sa`: as wants_views() says, of a milestone, as the IKE SA is after that, or was when its attempt failed; nothing
    // where it has gone.
    virtual void report(const ike::Report& report, std::optional<api::IkeSaView> sa) = 0;
    void report(const ike::Report& report) { this->report(report, std::nullopt); }
    // False where it is lost, because the worker it belongs to is too far behind.
    virtual bool forward(std::uint8_t from, std::uint8_t to, OwnedDatagram datagram) = 0;
};

struct WorkerOptions {
    ike::Options engine;
    unsigned workers = 1;  // that share the ports
    bool ipsec = true;     // see UdpSocketOptions
};

class Worker {
public:
    Worker(asio::io_context& io, WorkerOptions options, base::Random& random, policy::Snapshot configuration,
           Outside& outside);

    // Opens the sockets. The error is one sentence; a host without IPv6 gets by with a warning.
    tl::expected<void, std::string> open();

    asio::io_context& context() { return io_; }
    const ike::Engine& engine() const { return engine_; }
    ike::MessageCounters& message_counters() { return engine_.message_counters(); }
    // Datagrams that never came to the engine.
    std::map<base::Reason, std::uint64_t> lost() const;
    std::uint8_t shard() const { return options_.engine.shard; }

    // On the worker's thread. Inputs that come while one is being handled wait for their turn.
    void submit(ike::Input input);
    // Packets go out on the child that Outside::use() was asked for.
    void used();
    // It waits for its turn, which comes soon.
    void receive(const ike::Datagram& datagram);

private:
    void sort(const ike::Datagram& datagram);
    void read(UdpSocket& socket);
    void serve();
    void tell_time();
    void tell_whether_to_explain();
    void take_another_turn();
    void drain();
    void handle(const ike::Input& input);
    void put(ike::SendDatagram&& datagram);
    void send(UdpSocket& socket);
    void end_turn();
    void run(ike::SendDatagram action);
    void run(ike::InstallChild action);
    void run(ike::UseChild action);
    void run(ike::MoveChild action) { outside_.move(action); }
    void run(ike::SeekPath action) { outside_.seek(action); }
    void run(ike::RemoveChild action) { outside_.remove(action.child); }
    void run(ike::QueryUse action) { outside_.query(shard(), std::move(action)); }
    void run(ike::TellEngines action) { outside_.tell(shard(), std::move(action.news)); }
    void run(ike::Fetch action) { outside_.fetch(shard(), std::move(action)); }
    void run(ike::Sign action) { outside_.sign(shard(), std::move(action)); }
    void run(ike::LeaseAddresses action) { outside_.lease(shard(), std::move(action)); }
    void run(ike::ReturnAddresses action) { outside_.give_back(action.holder); }
    void run(ike::MoveLeases action) { outside_.move_leases(std::move(action)); }
    void run(ike::HoldAddresses action) { outside_.hold(std::move(action)); }
    void run(ike::DropAddresses action) { outside_.drop(action.holder); }
    void run(ike::ReviveChild action) { outside_.revive(std::move(action)); }
    void run(ike::OperationDone action) { outside_.done(std::move(action)); }
    void run(const ike::Report& action);
    void arm_timer();

    asio::io_context& io_;
    WorkerOptions options_;
    Outside& outside_;
    ike::Engine engine_;
    asio::steady_timer timer_;
    base::Instant armed_for_ = base::kNever;
    std::vector<std::unique_ptr<UdpSocket>> sockets_;
    Inbox inbox_;
    Outbox outbox_;
    std::uint64_t lost_on_the_way_ = 0;  // to other workers
    base::Instant time_due_;
    bool has_another_turn_ = false;
    std::deque<ike::Input> waiting_;
    bool draining_ = false;
};

}  // namespace xfrmd::daemon
