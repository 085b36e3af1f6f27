// sa.rekey: every SA that matches, all at the same time, with one time limit for all.
#include <utility>

#include "daemon/api/select.h"
#include "daemon/management.h"
#include "daemon/sa_view.h"

namespace xfrmd::daemon {

namespace {

using api::RekeyedSa;
using api::RekeyOutcome;

std::vector<RekeyedSa> rows_of(const api::RekeyRequest& request, const api::IkeSaView& sa) {
    const std::string waits = "the peer has not answered yet; the attempt goes on";
    if (request.filter.kind == api::SaKind::ike) {
        return {{{sa.id, std::nullopt}, sa.conn, {}, RekeyOutcome::failed, waits}};
    }
    std::vector<RekeyedSa> rows;
    for (const api::ChildSaView& child : sa.child_sas) {
        rows.push_back({{sa.id, child.id}, sa.conn, child.child, RekeyOutcome::failed, waits});
    }
    return rows;
}

}  // namespace

// Rows fill up as operations end.
struct Management::RekeyJob {
    explicit RekeyJob(asio::io_context& io) : timer(io) {}
    std::vector<RekeyedSa> rows;
    std::size_t left = 0;
    asio::steady_timer timer;
    api::Done<api::Outcome<std::vector<RekeyedSa>>> done;

    void settle(std::size_t row, const base::Result<void>& result) {
        if (!done) return;
        rows[row].outcome = result ? RekeyOutcome::rekeyed : RekeyOutcome::failed;
        rows[row].error = result ? "" : result.error().sentence();
        if (--left == 0) tell();
    }
    void tell() {
        timer.cancel();
        std::exchange(done, nullptr)(std::move(rows));
    }
};

void Management::rekey_sas(const api::RekeyRequest& request, api::Done<api::Outcome<std::vector<RekeyedSa>>> done) {
    auto job = std::make_shared<RekeyJob>(io_);
    job->done = std::move(done);
    const auto take = [job, request](api::IkeSaView sa) {
        if (auto selected = api::select(request.filter, std::move(sa))) {
            for (RekeyedSa& row : rows_of(request, *selected)) job->rows.push_back(std::move(row));
        }
        return true;
    };
    collect_matching(request.filter, take, [this, job, request] {
        if (job->rows.empty()) return job->tell();
        start_rekeying(job, request);
    });
}

void Management::start_rekeying(const std::shared_ptr<RekeyJob>& job, const api::RekeyRequest& request) {
    job->left = job->rows.size();
    job->timer.expires_after(request.timeout);
    job->timer.async_wait([job](const std::error_code& error) {
        if (!error && job->done) job->tell();
    });
    for_rows(job->rows.size(), [this, job](std::size_t row) {
        if (!job->done) return;
        const api::SaId id = job->rows[row].id;
        daemon_.rekey(ike::IkeSaId{id.ike}, ike::ChildSaId{id.child.value_or(0)},
                      [job, row](const ike::OperationDone& end) { job->settle(row, end.result); });
    });
}

}  // namespace xfrmd::daemon
