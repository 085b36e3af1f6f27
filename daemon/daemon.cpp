#include "daemon/daemon.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <asio/dispatch.hpp>

#include "daemon/kernel_demands.h"
#include "daemon/source_address.h"
#include "ike/shard.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;

constexpr auto kPatience = std::chrono::seconds(2);
// Names mostly come together.
constexpr auto kReaddressPause = std::chrono::milliseconds(50);

// Microseconds since 1970: greater than whatever an earlier daemon counted to, and exact as a double.
std::uint64_t first_revision() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

std::string words_for(const TunnelOwner& owner) {
    return "child SA " + std::to_string(static_cast<std::uint64_t>(owner.number)) + " (" + owner.child_name + ")";
}

}  // namespace

Daemon::Daemon(asio::io_context& io, Log& log, const Files& files, DaemonOptions options)
    : io_(io),
      log_(log),
      files_(files),
      options_(std::move(options)),
      events_(first_revision()),
      reports_(io, log, events_),
      kernel_history_(events_),
      objects_(files, options_.host(),
               {[this](const auto& connection) { return lacking(kernel_->features(), connection); },
                [this](const auto& pools) { return leases_.objection(pools); }, [this] { adopt_soon(); }}),
      adoption_(io, [this] { adopt_objects(); }),
      resolved_([this](const std::string& name) { return names_.addresses_of(name); }),
      names_(io, log, [this] { readdress_.within(kReaddressPause); }),
      readdress_(io,
                 [this] {
                     if (stopping_) return;
                     configuration_ = resolved_.again();
                     hand_out_configuration();
                 }),
      updown_(io, log, options_.updown_limit),
      start_actions_(io, log, *this),
      stop_timer_(io),
      fetcher_(io, log, options_.fetching),
      reload_(
          io,
          [this] {
              auto loaded = std::make_shared<Loaded>(load(log_, files_, options_));
              return [this, loaded] { take(std::move(*loaded)); };
          },
          [this](const std::string& why) { take(tl::unexpected(StartError{"reading it has failed: " + why, true})); }) {
}

tl::expected<std::unique_ptr<Daemon>, std::string> Daemon::start(asio::io_context& io, Log& log, const Files& files,
                                                                 const DaemonOptions& options,
                                                                 LoadResult configuration) {
    std::unique_ptr<Daemon> daemon(new Daemon(io, log, files, options));
    daemon->objects_.take_files(std::move(configuration));
    daemon->adoption_.cancel();
    daemon->configuration_ = daemon->resolved_.take(daemon->objects_.snapshot());
    auto kernel = KernelSide::open(io, log, options.kernel, options.routes, *daemon, daemon->kernel_history_);
    if (!kernel) return tl::unexpected(kernel.error());
    daemon->kernel_ = std::move(*kernel);
    const netlink::KernelFeatures& able = daemon->kernel_->features();
    if (const std::string lack = lacking_of_all(able, daemon->configuration_->connections()); !lack.empty())
        return tl::unexpected(lack);
    daemon->options_.pool.worker.engine.cpus = cpus_for_sas(able);
    daemon->options_.pool.worker.engine.splits_dns = !options.dns_to_updown && can_split_dns(options.resolve);
    daemon->leases_.configure(daemon->configuration_->pools());
    daemon->leases_.tell_all(options.attributes);
    daemon->held_ =
        std::make_unique<HeldAddresses>(io, log, daemon->kernel_->network(), options.virtual_ips_on, options.resolve);
    // Where tunnels were left, their packets have these sources.
    if (auto* network = daemon->kernel_->network(); network != nullptr && !daemon->kernel_->has_inherited())
        network->remove_leftover_addresses();
    // Before any peer is heard: what blocks has to block from the first moment.
    daemon->kernel_->configure(daemon->configuration_);
    daemon->use_keys_in_tokens();
    daemon->options_.pool.worker.ipsec = options.kernel == KernelChoice::linux_xfrm;
    auto pool = WorkerPool::open(io, daemon->options_.pool, daemon->configuration_, *daemon);
    if (!pool) return tl::unexpected(pool.error());
    daemon->pool_ = std::move(*pool);
    daemon->roaming_ = std::make_unique<Roaming>(io, *daemon->kernel_, *daemon->pool_);
    daemon->look_up_names();
    return daemon;
}

void Daemon::initiate(const ChildWish& wish, Operations::End end) {
    const ike::OperationId operation = operations_.begin(std::move(end));
    const auto refuse = [&](base::Error error) {
        operations_.finish({operation, {}, {}, tl::unexpected(std::move(error))});
    };
    if (stopping_) return refuse({Reason::ShuttingDown, {}, {}});
    settle();
    const policy::Connection* configured = configuration_->connection(wish.connection);
    if (configured == nullptr) return refuse({Reason::NotFound, "connection " + wish.connection, {}});
    ike::Initiate initiate{operation, wish.connection, wish.child, {}, {}, wish.ike_sa, wish.packet};
    initiate.cpu = wish.cpu;
    if (wish.ike_sa != ike::IkeSaId::none) return pool_->submit(ike::shard_of(wish.ike_sa), std::move(initiate));
    const auto path = path_of(*configured, {wish.local, wish.remote});
    if (!path) return refuse(path.error());
    initiate.local = path->local;
    initiate.remote = path->remote;
    initiate.wanted_local = wish.local;
    initiate.wanted_remote = wish.remote;
    initiate.has_inherited_sas = kernel_->has_inherited_sas(path->remote);
    pool_->submit(pool_->shard_for(*configured, wish.remote), std::move(initiate));
}

void Daemon::clear(ike::IkeSaId ike_sa, ike::ChildSaId child, bool force, Operations::End end) {
    const ike::OperationId operation = operations_.begin(std::move(end));
    pool_->submit(ike::shard_of(ike_sa), ike::Clear{operation, ike_sa, child, force});
}

void Daemon::rekey(ike::IkeSaId ike_sa, ike::ChildSaId child, Operations::End end) {
    const ike::OperationId operation = operations_.begin(std::move(end));
    pool_->submit(ike::shard_of(ike_sa), ike::Rekey{operation, ike_sa, child});
}

void Daemon::redirect(ike::IkeSaId ike_sa, const base::Address& gateway, Operations::End end) {
    const ike::OperationId operation = operations_.begin(std::move(end));
    pool_->submit(ike::shard_of(ike_sa), ike::Redirect{operation, ike_sa, gateway});
}

void Daemon::reauthenticate(ike::IkeSaId ike_sa) {
    pool_->submit(ike::shard_of(ike_sa), ike::Rekey{ike::OperationId::none, ike_sa, ike::ChildSaId::none, true});
}

// This child, and none that has replaced it.
void Daemon::clear_very(const TunnelOwner& owner, Operations::End end) {
    const ike::OperationId operation = operations_.begin(std::move(end));
    pool_->submit(ike::shard_of(owner.ike_sa), ike::Clear{operation, owner.ike_sa, owner.child, false, true});
}

void Daemon::install(std::uint8_t shard, ike::ChildInstall child) {
    auto kept = std::make_shared<ike::ChildInstall>(std::move(child));
    pool_->on_main([this, shard, kept] {
        const ike::IkeSaId ike_sa = kept->ike_sa;
        const ike::ChildSaId id = kept->child;
        auto arrival = updown::arrival_of(*kept);
        if (arrival && !options_.dns_to_updown) arrival->occasion.dns_servers.clear();
        kernel_->queue().install(std::move(*kept), [this, shard, ike_sa, id, arrival](base::Result<void> result) {
            events_.count_change();
            if (result && arrival && options_.updown && !stopping_) updown_.is_up(*arrival, *kernel_);
            pool_->submit(shard, ike::ChildInstalled{ike_sa, id, std::move(result)});
        });
    });
}

void Daemon::use(std::uint8_t shard, ike::ChildSaId child) {
    pool_->on_main([this, shard, child] {
        kernel_->queue().use(child, [this, shard](const base::Result<void>& used) {
            if (!used)
                log_.error("a rekeyed child SA is not sent on yet: " + used.error().sentence() +
                           "; it is tried again with the next comparison");
            pool_->post(shard, [](Worker& worker) { worker.used(); });
        });
    });
}

void Daemon::move(ike::MoveChild child) {
    pool_->on_main([this, child] {
        kernel_->queue().move(
            child, [this, child](const base::Result<void>& moved) { kernel_->note_move(child.child, moved); });
    });
}

void Daemon::seek(ike::SeekPath wish) {
    pool_->on_main([this, wish] { roaming_->seek(wish); });
}

void Daemon::remove(ike::ChildSaId child) {
    pool_->on_main([this, child] {
        kernel_->queue().remove(child, [this, child](const base::Result<void>& removed) {
            events_.count_change();
            updown_.is_down(child);
            if (!removed) log_.error("removing child SAs: " + removed.error().sentence());
        });
    });
}

void Daemon::query(std::uint8_t shard, ike::QueryUse query) {
    pool_->on_main([this, shard, query = std::move(query)] {
        pool_->submit(shard, ike::ChildrenUsed{query.ike_sa, kernel_->tunnels().use_of(query.children)});
    });
}

void Daemon::fetch(std::uint8_t shard, ike::Fetch question) {
    pool_->on_main([this, shard, question = std::move(question)] {
        fetcher_.fetch(question, [this, shard](const ike::Fetched& answer) { pool_->submit(shard, answer); });
    });
}

void Daemon::sign(std::uint8_t shard, ike::Sign question) {
    const auto answer = [this, shard](const ike::Signed& made) {
        pool_->on_main([this, shard, made] { pool_->submit(shard, made); });
    };
    if (options_.tokens != nullptr) return options_.tokens->sign(std::move(question), answer);
    answer({question.id, base::fail(base::Reason::SigningFailed, "there is no token")});
}

// By the main thread, so that two pieces of news from one worker arrive in their order.
void Daemon::tell(std::uint8_t shard, ike::PeerNews news) {
    pool_->on_main([this, shard, news = std::move(news)] {
        for (std::size_t other = 0; other < pool_->size(); ++other)
            if (other != shard) pool_->submit(static_cast<std::uint8_t>(other), news);
    });
}

// Another child in its place. Its IKE SA is the peer's way to us and is kept; the old child's Delete goes first, for
// both ends would use the older of two that are alike.
void Daemon::renew(const TunnelOwner& owner, const std::optional<std::string>& stranded) {
    if (stopping_) return;
    const std::string words = words_for(owner);
    const std::string what =
        stranded ? words + " cannot follow its IKE SA: " + *stranded : "the kernel has lost " + words;
    const std::string sentence = owner.connection_name + ": " + what + "; another one is negotiated";
    if (!stranded) log_.error(sentence);
    clear_very(owner, [this, owner, sentence, stranded](const ike::OperationDone& cleared) {
        if (stopping_) return;
        if (!cleared.result) return not_cleared(owner, cleared.result.error());
        // Not of a retired one, which is not found: its last packets are lost, and nothing takes its place.
        if (stranded) log_.error(sentence);
        start_actions_.restore(owner.connection_name, owner.child_name, owner.ike_sa);
    });
}

void Daemon::rekey(const TunnelOwner& owner) {
    pool_->submit(ike::shard_of(owner.ike_sa), ike::ChildExpiring{owner.ike_sa, owner.child});
}

void Daemon::follow(const TunnelOwner& owner, const base::Endpoint& remote) {
    pool_->submit(ike::shard_of(owner.ike_sa), ike::PeerMoved{owner.ike_sa, owner.child, remote});
}

// A hard limit without another child in its place (RFC 4301 4.4.2.1): the peer is told.
void Daemon::expire(const TunnelOwner& owner) {
    if (stopping_) return;
    log_.info(owner.connection_name + ": " + words_for(owner) + " has reached its limit");
    clear_very(owner, [this, owner](const ike::OperationDone& cleared) {
        if (!cleared.result && !stopping_) not_cleared(owner, cleared.result.error());
    });
}

// As when too much waits in its IKE SA. One that has gone meanwhile is no failure.
void Daemon::not_cleared(const TunnelOwner& owner, const base::Error& error) {
    kernel_->tell_again(owner.child);
    if (error.reason == Reason::NotFound) return;
    log_.error(owner.connection_name + ": " + words_for(owner) + " could not be deleted: " + error.sentence() +
               "; it is tried again after the next comparison");
}

// What becomes of a child for a single CPU the engine tells: packets go on without.
void Daemon::acquire(const WantedChild& child, std::optional<policy::TriggeringPacket> packet,
                     std::function<void(const base::Result<void>&)> done) {
    const ChildWish wish{child.connection, child.child, child.ike_sa, std::move(packet), child.cpu};
    initiate(wish, [this, child, done = std::move(done)](const ike::OperationDone& end) {
        if (!end.result && !child.cpu)
            log_.warning(child.connection + ": child " + child.child + ": " + end.result.error().sentence());
        done(end.result);
    });
}

void Daemon::revive(ike::ReviveChild child) {
    pool_->on_main([this, child = std::move(child)] {
        if (stopping_) return;
        if (policy::traps(child.action)) kernel_->trap(child.connection, child.child);
        if (policy::starts(child.action)) start_actions_.start_again(child.connection, child.child);
    });
}

void Daemon::done(ike::OperationDone operation) {
    pool_->on_main([this, operation = std::move(operation)] { operations_.finish(operation); });
}

bool Daemon::forward(std::uint8_t from, std::uint8_t to, OwnedDatagram datagram) {
    return pool_->forward(from, to, std::move(datagram));
}

void Daemon::stop(std::function<void()> stopped) {
    if (std::exchange(stopping_, true)) return;
    stopped_ = [this, stopped = std::move(stopped)] {
        kernel_->clean();  // of what came while updown commands ran
        stopped();
    };
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
    held_->clean();
    kernel_->clean();
    if (stopped_) updown_.end(std::exchange(stopped_, nullptr));
}

// Tells `cleared` when every SA there is now has gone.
void Daemon::clear_all(bool force, std::function<void()> cleared) {
    const auto all = [](const ikev2::sa::Sa&) { return true; };
    collect(all, [this, force, cleared = std::move(cleared)](const std::vector<ike::IkeSaId>& ids) {
        if (ids.empty()) return cleared();
        auto left = std::make_shared<std::size_t>(ids.size());
        for (const ike::IkeSaId id : ids) {
            clear(id, {}, force, [left, cleared](const ike::OperationDone&) {
                if (--*left == 0) cleared();
            });
        }
    });
}

void Daemon::collect(std::function<bool(const ikev2::sa::Sa&)> is_meant,
                     std::function<void(const std::vector<ike::IkeSaId>&)> then) {
    auto ids = std::make_shared<std::vector<ike::IkeSaId>>();
    const auto visit = [ids, is_meant = std::move(is_meant)](Worker& worker) {
        worker.engine().visit([&](const ikev2::sa::IkeSa& sa) {
            if (is_meant(sa.sa())) ids->push_back(sa.sa().id);
            return true;
        });
    };
    pool_->visit(visit, [ids, then = std::move(then)] { then(*ids); });
}

}  // namespace xfrmd::daemon
