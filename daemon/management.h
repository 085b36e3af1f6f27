// The management API's Service over the daemon: lists from the engines with the kernel's counters, operations with a
// time limit. Main thread only; nothing here waits.
#pragma once

#include <chrono>
#include <memory>

#include "daemon/api/service.h"
#include "daemon/daemon.h"
#include "daemon/sockets/turns.h"

namespace xfrmd::daemon {

class Management final : public api::Service {
public:
    // All outlive it.
    Management(asio::io_context& io, Turns& turns, Daemon& daemon);

    void list_sas(const api::SaQuery& query, api::Done<api::SaPage> done) override;
    void find_sa(api::SaId id, api::Done<std::optional<api::IkeSaView>> done) override;
    void clear_sas(const api::ClearRequest& request,
                   api::Done<api::Outcome<std::vector<api::ClearedSa>>> done) override;
    void rekey_sas(const api::RekeyRequest& request,
                   api::Done<api::Outcome<std::vector<api::RekeyedSa>>> done) override;
    void redirect(const api::RedirectRequest& request, api::Done<api::Outcome<api::SaId>> done) override;
    void initiate(const api::InitiateRequest& request, api::Done<api::Outcome<api::Initiated>> done) override;
    void list_connections(const api::ConnectionQuery& query, api::Done<api::ConnectionPage> done) override;
    void system_info(api::Done<api::SystemInfo> done) override;
    void reconcile_kernel(api::Done<api::Outcome<api::KernelDrift>> done) override;
    void kernel_status(api::Done<api::Outcome<api::KernelStatus>> done) override;
    api::EventLog& events() override { return daemon_.events(); }
    Objects& objects() override { return daemon_.objects(); }
    void settle() override { daemon_.settle(); }

private:
    struct ClearJob;
    struct RekeyJob;
    struct Collection;
    void start_clearing(const std::shared_ptr<ClearJob>& job, const api::ClearRequest& request);
    void clear_row(const std::shared_ptr<ClearJob>& job, std::size_t row, bool force);
    void start_rekeying(const std::shared_ptr<RekeyJob>& job, const api::RekeyRequest& request);
    // `work` for each row below `count`, a few at a turn.
    void for_rows(std::size_t count, std::function<void(std::size_t)> work, std::size_t first = 0);
    // Manual SAs fill what room is left on the page.
    void add_manual(const api::SaQuery& query, api::SaPage& page);
    // IKE SAs above `after` as views, from all workers, in ascending order of id, until `take` says false; then `done`.
    // Some at a turn: those that come and go meanwhile may be there or not.
    void collect(std::uint64_t after, std::function<bool(api::IkeSaView)> take, std::function<void()> done);
    // All that may match; one alone where the filter names it.
    void collect_matching(const api::SaFilter& filter, std::function<bool(api::IkeSaView)> take,
                          std::function<void()> done);

    void collect_some(const std::shared_ptr<Collection>& collection);

    asio::io_context& io_;
    Turns& turns_;
    Daemon& daemon_;
    base::Instant started_;
};

}  // namespace xfrmd::daemon
