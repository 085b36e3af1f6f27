#include "daemon/worker_pool.h"

#include <asio/dispatch.hpp>
#include <asio/post.hpp>
#include <atomic>
#include <functional>
#include <utility>

#include "ike/crypto/chacha_random.h"
#include "ike/shard.h"

namespace xfrmd::daemon {

// A worker with what it runs on. With one engine `own` stays empty and the worker runs in the main loop.
struct WorkerPool::Seat {
    std::unique_ptr<asio::io_context> own;
    std::unique_ptr<base::Random> random;
    std::unique_ptr<Worker> worker;
    std::unique_ptr<asio::executor_work_guard<asio::io_context::executor_type>> guard;
    std::thread thread;
    std::unique_ptr<std::atomic<unsigned>[]> on_their_way;  // datagrams that it was handed, by sender
};

namespace {

constexpr unsigned kMostForwarded = 4096;  // what a worker may be behind, with those of all others

}  // namespace

WorkerPool::WorkerPool(asio::io_context& main) : main_(main) {}

std::size_t WorkerPool::size() const { return seats_.size(); }

tl::expected<std::unique_ptr<WorkerPool>, std::string> WorkerPool::open(asio::io_context& main,
                                                                        const PoolOptions& options,
                                                                        policy::Snapshot configuration,
                                                                        Outside& outside) {
    std::unique_ptr<WorkerPool> pool(new WorkerPool(main));
    const bool several = options.engines > 1;
    for (unsigned shard = 0; shard < options.engines; ++shard) {
        auto seat = std::make_unique<Seat>();
        auto random = crypto::ChaChaRandom::make();
        if (!random) return tl::unexpected(random.error().sentence());
        seat->random = std::move(*random);
        seat->on_their_way = std::make_unique<std::atomic<unsigned>[]>(options.engines);
        if (several) seat->own = std::make_unique<asio::io_context>(1);
        WorkerOptions worker_options = options.worker;
        worker_options.engine.shard = static_cast<std::uint8_t>(shard);
        worker_options.engine.shards = options.engines;
        worker_options.workers = options.engines;
        seat->worker = std::make_unique<Worker>(several ? *seat->own : main, worker_options, *seat->random,
                                                configuration, outside);
        if (auto opened = seat->worker->open(); !opened) return tl::unexpected(opened.error());
        pool->seats_.push_back(std::move(seat));
    }
    for (const auto& seat : pool->seats_) {
        if (!seat->own) continue;
        seat->guard =
            std::make_unique<asio::executor_work_guard<asio::io_context::executor_type>>(seat->own->get_executor());
        seat->thread = std::thread([io = seat->own.get()] { io->run(); });
    }
    return pool;
}

WorkerPool::~WorkerPool() {
    for (const auto& seat : seats_) {
        if (!seat->own) continue;
        seat->guard.reset();
        seat->own->stop();
        if (seat->thread.joinable()) seat->thread.join();
    }
}

std::uint8_t WorkerPool::shard_for(const policy::Connection& connection, const base::Address& remote) const {
    const auto shards = static_cast<unsigned>(seats_.size());
    if (!remote.is_any()) return ike::shard_of(remote, shards);
    const auto& named = connection.remote_addrs;
    const bool has_one = connection.remote_hosts.names.empty() && named.size() == 1 && named[0].first == named[0].last;
    if (has_one) return ike::shard_of(named[0].first, shards);
    return static_cast<std::uint8_t>(std::hash<std::string>{}(connection.name) % shards);
}

void WorkerPool::post(std::uint8_t shard, std::function<void(Worker&)> work) {
    if (shard >= seats_.size()) return;
    Worker& worker = *seats_[shard]->worker;
    asio::dispatch(worker.context(), [&worker, work = std::move(work)] { work(worker); });
}

void WorkerPool::submit(std::uint8_t shard, ike::Input input) {
    // std::function wants copies; inputs are moved.
    auto kept = std::make_shared<ike::Input>(std::move(input));
    post(shard, [kept](Worker& worker) { worker.submit(std::move(*kept)); });
}

bool WorkerPool::forward(std::uint8_t from, std::uint8_t to, OwnedDatagram datagram) {
    if (from >= seats_.size() || to >= seats_.size() || from == to) return false;
    const auto share = static_cast<unsigned>(kMostForwarded / (seats_.size() - 1));
    std::atomic<unsigned>& on_their_way = seats_[to]->on_their_way[from];
    if (on_their_way.load() >= share) return false;  // only this sender adds to it
    ++on_their_way;
    post(to, [&on_their_way, datagram = std::move(datagram)](Worker& worker) {
        --on_their_way;
        worker.receive({datagram.local, datagram.remote, datagram.bytes});
    });
    return true;
}

void WorkerPool::on_main(std::function<void()> work) { asio::dispatch(main_, std::move(work)); }

void WorkerPool::visit(std::function<void(Worker&)> work, std::function<void()> done) {
    visit_from(0, std::make_shared<std::function<void(Worker&)>>(std::move(work)), std::move(done));
}

void WorkerPool::visit_from(std::size_t index, std::shared_ptr<std::function<void(Worker&)>> work,
                            std::function<void()> done) {
    if (index == seats_.size()) return on_main(std::move(done));
    post(static_cast<std::uint8_t>(index), [this, index, work, done = std::move(done)](Worker& worker) {
        (*work)(worker);
        visit_from(index + 1, work, done);
    });
}

}  // namespace xfrmd::daemon
