#include "daemon/management.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

#include "daemon/api/select.h"
#include "daemon/clock.h"
#include "daemon/connection_page.h"
#include "daemon/kernel_view.h"
#include "daemon/sa_counters.h"
#include "daemon/sa_view.h"
#include "daemon/version.h"

namespace xfrmd::daemon {

namespace {

using api::ClearedSa;
using api::ClearOutcome;

constexpr std::size_t kLookedAtInATurn = 64;
constexpr std::size_t kStartedInATurn = 8;

// One operation with a time limit: whichever comes first, its end or the limit, is told once.
template <typename T>
api::Done<api::Outcome<T>> within(std::chrono::seconds limit, std::string too_late, asio::io_context& io,
                                  api::Done<api::Outcome<T>> done) {
    auto timer = std::make_shared<asio::steady_timer>(io, limit);
    const auto tell = [timer, done = std::move(done), ended = std::make_shared<bool>(false)](api::Outcome<T> outcome) {
        if (std::exchange(*ended, true)) return;
        timer->cancel();
        done(std::move(outcome));
    };
    timer->async_wait([tell, too_late = std::move(too_late)](const std::error_code& error) {
        if (!error) tell(tl::unexpected(api::ApiError{api::ErrorKind::OperationTimeout, too_late}));
    });
    return tell;
}

std::vector<ClearedSa> rows_of(const api::ClearRequest& request, const api::IkeSaView& sa) {
    if (request.filter.kind == api::SaKind::ike)
        return {{{sa.id, std::nullopt}, sa.conn, {}, ClearOutcome::matched, {}, {}}};
    std::vector<ClearedSa> rows;
    for (const api::ChildSaView& child : sa.child_sas) {
        rows.push_back({{sa.id, child.id}, sa.conn, child.child, ClearOutcome::matched, {}, {}});
    }
    return rows;
}

ike::IkeSaId ike_id(const api::SaId& id) { return ike::IkeSaId{id.ike}; }
ike::ChildSaId child_id(const api::SaId& id) { return ike::ChildSaId{id.child.value_or(0)}; }

// What was offered from our side, where that is what did not fit.
void add_ours(api::ApiError& error, const policy::Connection* connection, const std::string& child_name) {
    if (connection == nullptr) return;
    const policy::Child* child = connection->child(child_name);
    if (error.kind == api::ErrorKind::NoProposalChosen) {
        for (const auto& proposal : connection->proposals) error.ours.push_back(proposal.to_string());
        if (child == nullptr) return;
        for (const auto& proposal : child->esp_proposals) error.ours.push_back(proposal.to_string());
    } else if (error.kind == api::ErrorKind::TsUnacceptable && child != nullptr) {
        for (const auto& selector : view_of(*connection).children) {
            if (selector.name != child_name) continue;
            error.ours.insert(error.ours.end(), selector.local_ts.begin(), selector.local_ts.end());
            error.ours.insert(error.ours.end(), selector.remote_ts.begin(), selector.remote_ts.end());
        }
    }
}

// Its number and its children live on in another one.
bool is_succeeded(const ikev2::sa::IkeSa& sa) {
    if (const auto* established = sa.established()) return established->is_succeeded;
    const auto* deleting = std::get_if<ikev2::sa::Deleting>(&sa.phase());
    return deleting != nullptr && deleting->reason == base::Reason::Rekeyed;
}

api::ApiError kernel_refused(const netlink::KernelError& error) {
    return {api::ErrorKind::KernelRefused, "cannot list what the kernel has: " + error.text};
}

}  // namespace

// A request to clear: rows fill up as operations end.
struct Management::ClearJob {
    explicit ClearJob(asio::io_context& io) : timer(io) {}
    std::vector<ClearedSa> rows;
    std::vector<bool> settled;
    std::size_t left = 0;
    asio::steady_timer timer;
    api::Done<api::Outcome<std::vector<ClearedSa>>> done;

    void settle(std::size_t row, ClearOutcome outcome) {
        if (settled[row]) return;
        settled[row] = true;
        rows[row].outcome = outcome;
        if (--left > 0) return;
        timer.cancel();
        std::exchange(done, nullptr)(std::move(rows));
    }
};

// The IKE SAs that somebody looks at, as far as that has come.
struct Management::Collection {
    ike::IkeSaId last{};  // looked at
    std::function<bool(api::IkeSaView)> take;
    std::function<void()> done;
    std::size_t left = 0;  // in this turn
    bool is_full = false;

    void look(Worker& worker) {
        const base::Instant now = boot_now();
        const auto visitor = [this, now](const ikev2::sa::IkeSa& sa) {
            if (left == 0) return false;
            --left;
            last = sa.sa().id;
            is_full = !is_succeeded(sa) && !take(view_of(sa, now));
            return !is_full;
        };
        if (!is_full && left > 0) worker.engine().visit(visitor, last);
    }
};

Management::Management(asio::io_context& io, Turns& turns, Daemon& daemon)
    : io_(io), turns_(turns), daemon_(daemon), started_(boot_now()) {}

void Management::collect(std::uint64_t after, std::function<bool(api::IkeSaView)> take, std::function<void()> done) {
    collect_some(std::make_shared<Collection>(Collection{ike::IkeSaId{after}, std::move(take), std::move(done)}));
}

void Management::collect_some(const std::shared_ptr<Collection>& collection) {
    collection->left = kLookedAtInATurn;
    const auto look = [collection](Worker& worker) { collection->look(worker); };
    daemon_.pool().visit(look, [this, collection] {
        if (collection->is_full || collection->left > 0) return collection->done();
        turns_.add([this, collection] { collect_some(collection); });
    });
}

void Management::for_rows(std::size_t count, std::function<void(std::size_t)> work, std::size_t first) {
    const std::size_t end = std::min(count, first + kStartedInATurn);
    for (std::size_t row = first; row < end; ++row) work(row);
    if (end == count) return;
    turns_.add([this, count, work = std::move(work), end] { for_rows(count, work, end); });
}

void Management::collect_matching(const api::SaFilter& filter, std::function<bool(api::IkeSaView)> take,
                                  std::function<void()> done) {
    if (!filter.id) return collect(0, std::move(take), std::move(done));
    const auto look = [take = std::move(take), id = ike::IkeSaId{filter.id->ike}](Worker& worker) {
        const ikev2::sa::IkeSa* sa = worker.engine().find(id);
        if (sa != nullptr && !is_succeeded(*sa)) take(view_of(*sa, boot_now()));
    };
    daemon_.pool().visit(look, std::move(done));
}

void Management::add_manual(const api::SaQuery& query, api::SaPage& page) {
    daemon_.kernel().manual().visit(query.after_manual.value_or(""),
                                    [&](const policy::ManualSa& sa, const ManualSaStatus& status) {
                                        api::ManualSaView view = view_of(sa, status);
                                        if (!api::matches(query.filter, view)) return true;
                                        const ManualSaCounters counters = daemon_.kernel().manual().counters(sa);
                                        view.bytes_in = counters.bytes_in;
                                        view.bytes_out = counters.bytes_out;
                                        view.packets_in = counters.packets_in;
                                        view.packets_out = counters.packets_out;
                                        return api::offer(query, page, std::move(view));
                                    });
}

void Management::list_sas(const api::SaQuery& query, api::Done<api::SaPage> done) {
    auto page = std::make_shared<api::SaPage>();
    const bool manual_alone = query.after_manual || query.filter.kind == api::SaKind::manual;
    const std::uint64_t after = manual_alone ? std::numeric_limits<std::uint64_t>::max() : query.after;
    collect(
        after, [page, query](api::IkeSaView sa) { return api::offer(query, *page, std::move(sa)); },
        [this, page, query, done = std::move(done)] {
            for (api::IkeSaView& sa : page->items) add_counters(sa, daemon_.kernel().tunnels());
            if (!page->more) add_manual(query, *page);
            page->revision = daemon_.events().revision();
            done(std::move(*page));
        });
}

void Management::find_sa(api::SaId id, api::Done<std::optional<api::IkeSaView>> done) {
    auto found = std::make_shared<std::optional<api::IkeSaView>>();
    const auto look = [found, id](Worker& worker) {
        const ikev2::sa::IkeSa* sa = worker.engine().find(ike::IkeSaId{id.ike});
        api::SaFilter filter;
        filter.id = id;
        if (sa != nullptr) *found = api::select(filter, view_of(*sa, boot_now()));
    };
    daemon_.pool().visit(look, [this, found, done = std::move(done)] {
        if (*found) add_counters(**found, daemon_.kernel().tunnels());
        done(std::move(*found));
    });
}

void Management::clear_sas(const api::ClearRequest& request, api::Done<api::Outcome<std::vector<ClearedSa>>> done) {
    auto job = std::make_shared<ClearJob>(io_);
    job->done = std::move(done);
    const auto take = [job, request](api::IkeSaView sa) {
        if (auto selected = api::select(request.filter, std::move(sa))) {
            for (ClearedSa& row : rows_of(request, *selected)) job->rows.push_back(std::move(row));
        }
        return true;
    };
    collect_matching(request.filter, take, [this, job, request] {
        if (job->rows.empty() || request.dry_run) return job->done(std::move(job->rows));
        start_clearing(job, request);
    });
}

void Management::start_clearing(const std::shared_ptr<ClearJob>& job, const api::ClearRequest& request) {
    job->left = job->rows.size();
    job->settled.assign(job->rows.size(), false);
    job->timer.expires_after(request.timeout);
    job->timer.async_wait([this, job](const std::error_code& error) {
        if (error) return;
        // The peer had its time: what is left goes without its word.
        for_rows(job->settled.size(), [this, job](std::size_t row) { clear_row(job, row, true); });
    });
    for_rows(job->settled.size(), [this, job, force = request.force](std::size_t row) { clear_row(job, row, force); });
}

void Management::clear_row(const std::shared_ptr<ClearJob>& job, std::size_t row, bool force) {
    if (job->settled[row]) return;
    const api::SaId id = job->rows[row].id;
    // A child cannot go by force without its IKE SA: its Delete is out, and the row says that the peer did not answer.
    daemon_.clear(ike_id(id), child_id(id), force, [job, row, force](const ike::OperationDone& end) {
        if (!end.result) return job->settle(row, ClearOutcome::gone);
        job->settle(row, force ? ClearOutcome::forced : ClearOutcome::acknowledged);
    });
}

void Management::initiate(const api::InitiateRequest& request, api::Done<api::Outcome<api::Initiated>> done) {
    const std::string too_late = "child " + request.child + " of " + request.conn + " is not up after " +
                                 std::to_string(request.timeout.count()) + " s; the attempt goes on";
    const auto tell = within(request.timeout, too_late, io_, std::move(done));
    ChildWish wish{request.conn, request.child};
    wish.local = request.local;
    wish.remote = request.remote;
    daemon_.initiate(wish, [this, tell, request](const ike::OperationDone& end) {
        if (end.result) {
            const api::SaId id{static_cast<std::uint64_t>(end.ike_sa), static_cast<std::uint64_t>(end.child)};
            return tell(api::Initiated{id, end.existed});
        }
        api::ApiError error = api::error_of(end.result.error());
        add_ours(error, daemon_.configuration().connection(request.conn), request.child);
        tell(tl::unexpected(std::move(error)));
    });
}

void Management::redirect(const api::RedirectRequest& request, api::Done<api::Outcome<api::SaId>> done) {
    const auto tell = within(request.timeout, "the peer has not answered yet", io_, std::move(done));
    daemon_.redirect(ike_id(request.id), request.gateway, [tell, request](const ike::OperationDone& end) {
        if (end.result) return tell(request.id);
        tell(tl::unexpected(api::error_of(end.result.error())));
    });
}

void Management::list_connections(const api::ConnectionQuery& query, api::Done<api::ConnectionPage> done) {
    daemon_.settle();
    auto page = std::make_shared<api::ConnectionPage>(connection_page(daemon_.configuration(), query));
    page->revision = daemon_.events().revision();
    const auto count = [page](api::IkeSaView sa) {
        for (api::ConnectionView& connection : page->items) {
            if (connection.name != sa.conn || sa.state != api::IkeSaState::established) continue;
            ++connection.ike_sas;
            connection.child_sas += sa.child_sas.size();
        }
        return true;
    };
    collect(0, count, [page, done = std::move(done)] { done(std::move(*page)); });
}

void Management::system_info(api::Done<api::SystemInfo> done) {
    auto info = std::make_shared<api::SystemInfo>();
    info->version = kVersion;
    info->pid = static_cast<std::uint32_t>(getpid());
    info->uptime = std::chrono::duration_cast<std::chrono::seconds>(boot_now() - started_);
    utsname name{};
    if (uname(&name) == 0) info->kernel = name.release;
    info->kernel_features = view_of(daemon_.kernel().features());
    info->kernel_algorithms = view_of(daemon_.kernel().algorithms());
    info->config_path = daemon_.options().config_path;
    info->engines = static_cast<std::uint32_t>(daemon_.pool().size());
    info->connections = daemon_.configuration().connections().size();
    info->revision = daemon_.events().revision();
    info->child_sas = daemon_.kernel().tunnels().size();
    const auto count = [info](Worker& worker) {
        info->ike_sas += worker.engine().size();
        info->ike_sas_half_open += worker.engine().half_open();
        const ike::Counters& counters = worker.engine().counters();
        info->datagrams_in += counters.datagrams_in;
        info->keepalives_in += counters.keepalives_in;
        info->established += counters.established;
        for (const auto& counts : {counters.reasons, worker.lost()}) {
            for (const auto& [reason, times] : counts) info->reasons[std::string(base::name(reason))] += times;
        }
    };
    daemon_.pool().visit(count, [info, done = std::move(done)] { done(std::move(*info)); });
}

void Management::reconcile_kernel(api::Done<api::Outcome<api::KernelDrift>> done) {
    auto drift = daemon_.kernel().reconcile();
    if (!drift) return done(tl::unexpected(kernel_refused(drift.error())));
    done(std::move(*drift));
}

void Management::kernel_status(api::Done<api::Outcome<api::KernelStatus>> done) {
    auto status = daemon_.kernel().status();
    if (!status) return done(tl::unexpected(kernel_refused(status.error())));
    status->history = daemon_.kernel_history().view();
    done(std::move(*status));
}

}  // namespace xfrmd::daemon
