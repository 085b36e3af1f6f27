// The workers: one that shares the main thread, or several with a thread each. Work for a worker is posted to its
// thread; what comes back is posted to the main thread, where everything but the engines lives.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <tl/expected.hpp>

#include "daemon/worker.h"

namespace xfrmd::daemon {

struct PoolOptions {
    unsigned engines = 1;  // 1..256
    WorkerOptions worker;  // engine.shard and workers are the pool's to set
};

class WorkerPool {
public:
    // `outside` and `main` outlive the pool.
    static tl::expected<std::unique_ptr<WorkerPool>, std::string> open(asio::io_context& main,
                                                                       const PoolOptions& options,
                                                                       policy::Snapshot configuration,
                                                                       Outside& outside);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    std::size_t size() const;
    // The worker that starts IKE SAs of this connection: always the same one, and that to which its peer, where the
    // connection names one address, comes; or `remote`, unless it is any.
    std::uint8_t shard_for(const policy::Connection& connection, const base::Address& remote = {}) const;

    // Runs on the worker's thread, now or soon.
    void post(std::uint8_t shard, std::function<void(Worker&)> work);
    void submit(std::uint8_t shard, ike::Input input);
    // Hands a datagram to the worker it belongs to. False when that one is too far behind with those of this sender:
    // then it is lost, as a full socket buffer would lose it. Each sender has its share, as who reads a flood has
    // nothing else to hand on.
    bool forward(std::uint8_t from, std::uint8_t to, OwnedDatagram datagram);
    // Runs on every worker's thread in turn, then `done` on the main thread.
    void visit(std::function<void(Worker&)> work, std::function<void()> done);
    void on_main(std::function<void()> work);

private:
    struct Seat;
    explicit WorkerPool(asio::io_context& main);
    void visit_from(std::size_t index, std::shared_ptr<std::function<void(Worker&)>> work, std::function<void()> done);

    asio::io_context& main_;
    std::vector<std::unique_ptr<Seat>> seats_;
};

}  // namespace xfrmd::daemon
