// The daemon as a whole: configuration, workers, the kernel, operations; start, reload and stop. Lives on the main
// thread; what workers call (Outside) finds its way there.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <tl/expected.hpp>

#include "daemon/api/event_log.h"
#include "daemon/attributes/held_addresses.h"
#include "daemon/background.h"
#include "daemon/child_wish.h"
#include "daemon/config/files.h"
#include "daemon/daemon_options.h"
#include "daemon/fetching/fetcher.h"
#include "daemon/host_names.h"
#include "daemon/kernel_side.h"
#include "daemon/log.h"
#include "daemon/objects/objects.h"
#include "daemon/operations.h"
#include "daemon/report_relay.h"
#include "daemon/roaming.h"
#include "daemon/start_actions.h"
#include "daemon/updown/updown.h"
#include "daemon/worker_pool.h"
#include "ike/policy/lease_book.h"
#include "ike/policy/resolved_connections.h"

namespace xfrmd::daemon {

class Daemon final : public Outside, public KernelClient {
public:
    using Loaded = tl::expected<LoadResult, StartError>;

    // Reads the configuration; its warnings are logged. Error: what is wrong with it.
    static Loaded load(Log& log, const Files& files, const DaemonOptions& options);
    // Checks the kernel and opens the sockets. `io`, `log` and `files` outlive the daemon. The error is one sentence.
    static tl::expected<std::unique_ptr<Daemon>, std::string> start(asio::io_context& io, Log& log, const Files& files,
                                                                    const DaemonOptions& options,
                                                                    LoadResult configuration);

    void run_start_actions();  // brings up children with start_action = start
    // Loads the configuration again, in a thread of its own; with a mistake in it everything stays as it is.
    void reload();
    // The end of the daemon waits for these.
    bool is_loading() const { return reload_.is_running(); }
    bool is_reading_lists() const { return fetcher_.is_at_disk(); }
    bool is_asking_for_names() const { return names_.is_asking(); }
    // Deletes every IKE SA, waits for the peers up to two seconds, leaves the kernel clean; then calls `stopped`.
    void stop(std::function<void()> stopped);
    bool is_stopping() const { return stopping_; }

    // --- For the management API ---
    void initiate(const ChildWish& wish, Operations::End end);
    // Children by their numbers, as of ike::Clear and ike::Rekey.
    void clear(ike::IkeSaId ike_sa, ike::ChildSaId child, bool force, Operations::End end);
    void rekey(ike::IkeSaId ike_sa, ike::ChildSaId child, Operations::End end);
    void redirect(ike::IkeSaId ike_sa, const base::Address& gateway, Operations::End end);
    // Children by their configured names, and IKE SAs that hold none but these; `then` is called once that has begun.
    void clear_children(std::set<ChildName> children, std::function<void()> then);
    void reauthenticate(ike::IkeSaId ike_sa);  // soon, in another IKE SA that takes its place
    ReportRelay& reports() { return reports_; }
    WorkerPool& pool() { return *pool_; }
    KernelSide& kernel() { return *kernel_; }
    const policy::IndexedConfiguration& configuration() const { return *configuration_; }
    const policy::Snapshot& snapshot() const { return configuration_; }
    // What is changed there is worked with soon after, many changes at once; after settle() at once.
    Objects& objects() { return objects_; }
    void settle();
    const DaemonOptions& options() const { return options_; }
    api::EventLog& events() { return events_; }
    const KernelHistory& kernel_history() const { return kernel_history_; }
    const policy::LeaseBook& leases() const { return leases_; }
    // --- Outside: from any worker's thread ---
    void install(std::uint8_t shard, ike::ChildInstall child) override;
    void use(std::uint8_t shard, ike::ChildSaId child) override;
    void move(ike::MoveChild child) override;
    void seek(ike::SeekPath wish) override;
    void remove(ike::ChildSaId child) override;
    void query(std::uint8_t shard, ike::QueryUse query) override;
    void tell(std::uint8_t shard, ike::PeerNews news) override;
    void fetch(std::uint8_t shard, ike::Fetch question) override;
    void sign(std::uint8_t shard, ike::Sign question) override;
    void lease(std::uint8_t shard, ike::LeaseAddresses question) override;  // daemon_addresses.cpp
    void give_back(policy::LeaseHolder holder) override;
    void move_leases(ike::MoveLeases moved) override;
    void hold(ike::HoldAddresses given) override;
    void drop(policy::LeaseHolder holder) override;
    void revive(ike::ReviveChild child) override;
    void done(ike::OperationDone operation) override;
    bool wants_drops() const override { return log_.has_details(); }
    bool wants_views() const override { return reports_.is_followed(); }
    using Outside::report;
    void report(const ike::Report& report, std::optional<api::IkeSaView> sa) override { reports_.take(report, sa); }
    bool forward(std::uint8_t from, std::uint8_t to, OwnedDatagram datagram) override;
    // --- KernelClient ---
    void renew(const TunnelOwner& owner, const std::optional<std::string>& stranded) override;
    void rekey(const TunnelOwner& owner) override;
    void expire(const TunnelOwner& owner) override;
    void follow(const TunnelOwner& owner, const base::Endpoint& remote) override;
    void acquire(const WantedChild& child, std::optional<policy::TriggeringPacket> packet,
                 std::function<void(const base::Result<void>&)> done) override;
    void lose_address(const base::Address& address) override;

private:
    Daemon(asio::io_context& io, Log& log, const Files& files, DaemonOptions options);
    void take(Loaded loaded);
    void warn_of_overlap();
    void refuse(const std::string& why);
    void adopt_objects();  // what has changed there becomes what everybody works with
    void adopt_soon();
    void use_keys_in_tokens();      // that were read with the files
    void hand_out_configuration();  // everybody works with the one that is here now
    void look_up_names();
    void clear_very(const TunnelOwner& owner, Operations::End end);
    void clear_all(bool force, std::function<void()> cleared);
    // Hands on the IKE SAs of all workers that are meant; `is_meant` is called in their threads.
    void collect(std::function<bool(const ikev2::sa::Sa&)> is_meant,
                 std::function<void(const std::vector<ike::IkeSaId>&)> then);
    void finish_stop();
    void not_cleared(const TunnelOwner& owner, const base::Error& error);

    asio::io_context& io_;
    Log& log_;
    const Files& files_;
    DaemonOptions options_;
    api::EventLog events_;
    ReportRelay reports_;
    KernelHistory kernel_history_;
    Objects objects_;
    Deadline adoption_;  // of what has changed there
    std::chrono::milliseconds adoption_takes_{0};
    policy::ResolvedConnections resolved_;
    policy::Snapshot configuration_;
    HostNames names_;
    Deadline readdress_;  // connections, after names got other addresses
    std::unique_ptr<KernelSide> kernel_;
    policy::LeaseBook leases_;
    std::unique_ptr<HeldAddresses> held_;
    updown::Updown updown_;
    Operations operations_;
    StartActions start_actions_;
    asio::steady_timer stop_timer_;
    std::function<void()> stopped_;
    bool stopping_ = false;
    std::unique_ptr<Roaming> roaming_;
    Fetcher fetcher_;
    std::unique_ptr<WorkerPool> pool_;  // its threads end before anything they call
    Background reload_;
};

}  // namespace xfrmd::daemon
