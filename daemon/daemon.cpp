#include "daemon/daemon.h"

#include <chrono>
#include <utility>

#include "daemon/config/swanctl_loader.h"
#include "daemon/source_address.h"
#include "ike/shard.h"
#include "netlink/memory_kernel.h"
#include "netlink/xfrm_kernel.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;

constexpr auto kPatience = std::chrono::seconds(2);
constexpr auto kRoutePause = std::chrono::seconds(5);

ike::OperationDone failed(ike::OperationId operation, base::Error error) {
    return {operation, {}, {}, tl::unexpected(std::move(error))};
}

}  // namespace

Daemon::Daemon(asio::io_context& io, Log& log, const Files& files, DaemonOptions options)
    : io_(io), log_(log), files_(files), options_(std::move(options)), stop_timer_(io) {}

tl::expected<policy::Snapshot, StartError> Daemon::load(Log& log, const Files& files, const DaemonOptions& options) {
    auto loaded = load_swanctl(files, options.config_path);
    if (!loaded) return tl::unexpected(StartError{print(loaded.error()), true});
    for (const std::string& warning : loaded->warnings) log.warning(warning);
    return policy::IndexedConfiguration::of(std::move(loaded->configuration));
}

tl::expected<std::unique_ptr<Daemon>, std::string> Daemon::start(asio::io_context& io, Log& log, const Files& files,
                                                                 const DaemonOptions& options,
                                                                 policy::Snapshot configuration) {
    std::unique_ptr<Daemon> daemon(new Daemon(io, log, files, options));
    daemon->configuration_ = std::move(configuration);
    if (auto opened = daemon->open_kernel(); !opened) return tl::unexpected(opened.error());
    daemon->options_.pool.worker.ipsec = options.kernel == KernelChoice::linux_xfrm;
    auto pool = WorkerPool::open(io, daemon->options_.pool, daemon->configuration_, *daemon);
    if (!pool) return tl::unexpected(pool.error());
    daemon->pool_ = std::move(*pool);
    return daemon;
}

tl::expected<void, std::string> Daemon::open_kernel() {
    if (options_.kernel == KernelChoice::memory) {
        log_.warning("no kernel is used: SAs are negotiated but no packet is protected");
        kernel_ = std::make_unique<netlink::MemoryKernel>();
    } else {
        auto kernel = netlink::XfrmKernel::open();
        if (!kernel) return tl::unexpected(kernel.error().text);
        kernel_ = std::move(*kernel);
    }
    if (const auto able = kernel_->probe(); !able) return tl::unexpected(able.error().text);
    tunnels_ = std::make_unique<Tunnels>(*kernel_);
    return {};
}

void Daemon::run_start_actions() {
    for (const policy::Connection& connection : configuration_->connections()) {
        for (const policy::Child& child : connection.children) {
            if (child.start_action == policy::StartAction::start) start_child({connection.name, child.name});
        }
    }
}

void Daemon::start_child(const StartAttempt& attempt) {
    initiate(attempt.connection, attempt.child,
             [this, attempt](const ike::OperationDone& done) { after_attempt(done, attempt); });
}

// keyingtries: only silence is worth another try; whoever answered with a refusal will refuse again. A route that is
// not there yet, as while a host boots, costs no try.
void Daemon::after_attempt(const ike::OperationDone& done, StartAttempt attempt) {
    if (done.result || stopping_) return;
    const base::Error& error = done.result.error();
    const bool no_route = error.reason == Reason::NoRoute;
    if (!no_route || !attempt.waits_for_route) {
        log_.warning(attempt.connection + ": child " + attempt.child + " did not start: " + error.sentence());
    }
    attempt.waits_for_route = no_route;
    if (no_route) return start_child_later(attempt);
    const policy::Connection* configured = configuration_->connection(attempt.connection);
    if (configured == nullptr || error.reason != Reason::PeerSilent) return;
    if (configured->keyingtries != 0 && attempt.number >= configured->keyingtries) return;
    ++attempt.number;
    start_child(attempt);
}

void Daemon::start_child_later(const StartAttempt& attempt) {
    auto timer = std::make_shared<asio::steady_timer>(io_, kRoutePause);
    timer->async_wait([this, timer, attempt](const std::error_code& error) {
        if (!error && !stopping_) start_child(attempt);
    });
}

void Daemon::reload() {
    if (stopping_) return;
    auto loaded = load(log_, files_, options_);
    if (!loaded) {
        log_.error("configuration not loaded, everything stays as it is:\n" + loaded.error().text);
        return;
    }
    const policy::Snapshot before = std::exchange(configuration_, std::move(*loaded));
    for (std::size_t shard = 0; shard < pool_->size(); ++shard) {
        pool_->submit(static_cast<std::uint8_t>(shard), ike::Reconfigure{configuration_});
    }
    ++revision_;
    const std::size_t count = configuration_->connections().size();
    log_.info("configuration loaded: " + std::to_string(count) + (count == 1 ? " connection" : " connections"));
    start_changed(*before);
}

void Daemon::start_changed(const policy::IndexedConfiguration& before) {
    for (const policy::Connection& connection : configuration_->connections()) {
        const policy::Connection* old = before.connection(connection.name);
        if (old != nullptr && *old == connection) continue;
        for (const policy::Child& child : connection.children) {
            if (child.start_action == policy::StartAction::start) start_child({connection.name, child.name});
        }
    }
}

ike::OperationId Daemon::initiate(const std::string& connection, const std::string& child, Operations::End end) {
    const ike::OperationId operation = operations_.begin(std::move(end));
    if (stopping_) {
        operations_.finish(failed(operation, {Reason::ShuttingDown, {}, {}}));
        return operation;
    }
    const policy::Connection* configured = configuration_->connection(connection);
    if (configured == nullptr) {
        operations_.finish(failed(operation, {Reason::NotFound, "connection " + connection, {}}));
        return operation;
    }
    const auto path = path_of(*configured);
    if (!path) {
        operations_.finish(failed(operation, path.error()));
        return operation;
    }
    pool_->submit(pool_->shard_for(connection), ike::Initiate{operation, connection, child, path->local, path->remote});
    return operation;
}

ike::OperationId Daemon::clear(ike::IkeSaId ike_sa, ike::ChildSaId child, bool force, Operations::End end) {
    const ike::OperationId operation = operations_.begin(std::move(end));
    pool_->submit(ike::shard_of(ike_sa), ike::Clear{operation, ike_sa, child, force});
    return operation;
}

void Daemon::install(std::uint8_t shard, ike::ChildInstall child) {
    auto kept = std::make_shared<ike::ChildInstall>(std::move(child));
    pool_->on_main([this, shard, kept] {
        const ike::IkeSaId ike_sa = kept->ike_sa;
        const ike::ChildSaId id = kept->child;
        auto result = tunnels_->install(std::move(*kept));
        ++revision_;
        pool_->submit(shard, ike::ChildInstalled{ike_sa, id, std::move(result)});
    });
}

void Daemon::remove(ike::ChildSaId child) {
    pool_->on_main([this, child] {
        ++revision_;
        if (const auto removed = tunnels_->remove(child); !removed) {
            log_.error("removing child SA " + std::to_string(static_cast<std::uint64_t>(child)) + ": " +
                       removed.error().sentence());
        }
    });
}

void Daemon::done(ike::OperationDone operation) {
    pool_->on_main([this, operation = std::move(operation)] { operations_.finish(operation); });
}

void Daemon::report(const ike::Report& report) { log_.write(report); }

void Daemon::forward(std::uint8_t shard, OwnedDatagram datagram) {
    if (pool_->forward(shard, std::move(datagram))) return;
    report({ike::Level::warning,
            {},
            {},
            {},
            "engine " + std::to_string(shard) + " is too far behind: a datagram was lost"});
}

void Daemon::stop(std::function<void()> stopped) {
    if (std::exchange(stopping_, true)) return;
    stopped_ = std::move(stopped);
    log_.info("stopping: deleting every IKE SA");
    stop_timer_.expires_after(kPatience);
    stop_timer_.async_wait([this](const std::error_code& error) {
        if (!error) clear_all(true, [this] { finish_stop(); });
    });
    clear_all(false, [this] { finish_stop(); });
}

// What a peer brought up while we were stopping is not left in the kernel either.
void Daemon::finish_stop() {
    stop_timer_.cancel();
    if (const auto removed = tunnels_->remove_all(); !removed) log_.error(removed.error().sentence());
    if (stopped_) std::exchange(stopped_, nullptr)();
}

// Tells `cleared` when every SA there is now has gone.
void Daemon::clear_all(bool force, std::function<void()> cleared) {
    auto ids = std::make_shared<std::vector<ike::IkeSaId>>();
    const auto collect = [ids](Worker& worker) {
        worker.engine().visit([&](const ikev2::sa::IkeSa& sa) {
            ids->push_back(sa.sa().id);
            return true;
        });
    };
    pool_->visit(collect, [this, ids, force, cleared = std::move(cleared)] {
        if (ids->empty()) return cleared();
        auto left = std::make_shared<std::size_t>(ids->size());
        for (const ike::IkeSaId id : *ids) {
            clear(id, {}, force, [left, cleared](const ike::OperationDone&) {
                if (--*left == 0) cleared();
            });
        }
    });
}

}  // namespace xfrmd::daemon
