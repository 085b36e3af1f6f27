// A Service with a few SAs and connections in memory. Answers at once, or, while `hold` is set, when answer_held() is
// called.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/api/select.h"
#include "daemon/api/service.h"
#include "tests/unit/api/sample_views.h"
#include "tests/unit/config/memory_files.h"

namespace xfrmd::daemon::api {

class FakeService final : public Service {
public:
    std::vector<IkeSaView> sas;
    std::vector<ManualSaView> manual;  // in order of name
    std::vector<ConnectionView> connections;
    Outcome<Initiated> initiate_outcome = Initiated{SaId{7, 12}};
    std::vector<ClearRequest> cleared;
    std::vector<RekeyRequest> rekeyed;
    std::vector<RedirectRequest> redirected;
    std::vector<InitiateRequest> initiated;
    ClearOutcome clear_outcome = ClearOutcome::acknowledged;
    std::string failing;  // a child with which everything fails
    Outcome<KernelDrift> drift = KernelDrift{};
    KernelStatus status;
    EventLog log{100};
    MemoryFiles files;
    std::string objection;  // to all pools
    Objects set{files,
                {},
                {[](const policy::Connection&) { return std::string(); },
                 [this](const std::vector<policy::Pool>&) { return objection; }, [] {}}};
    int settled = 0;
    bool hold = false;
    std::vector<std::function<void()>> held;

    void answer_held() {
        for (const auto& answer : std::exchange(held, {})) answer();
    }

    void list_sas(const SaQuery& query, Done<SaPage> done) override {
        SaPage page;
        page.revision = 5;
        for (const IkeSaView& sa : sas) {
            if (!offer(query, page, sa)) break;
        }
        for (const ManualSaView& sa : manual) {
            if (!offer(query, page, sa)) break;
        }
        answer(std::move(done), std::move(page));
    }

    void find_sa(SaId id, Done<std::optional<IkeSaView>> done) override {
        std::optional<IkeSaView> found;
        for (const IkeSaView& sa : sas) {
            if (auto selected = select({id, "", "", "", "", std::nullopt}, sa)) found = std::move(selected);
        }
        answer(std::move(done), std::move(found));
    }

    void clear_sas(const ClearRequest& request, Done<Outcome<std::vector<ClearedSa>>> done) override {
        cleared.push_back(request);
        std::vector<ClearedSa> rows;
        for (const IkeSaView& sa : sas) {
            if (const auto selected = select(request.filter, sa)) add_rows(request, *selected, rows);
        }
        answer<Outcome<std::vector<ClearedSa>>>(std::move(done), std::move(rows));
    }

    void rekey_sas(const RekeyRequest& request, Done<Outcome<std::vector<RekeyedSa>>> done) override {
        rekeyed.push_back(request);
        std::vector<RekeyedSa> rows;
        const auto add = [&](SaId id, const std::string& conn, const std::string& child) {
            const bool fails = !failing.empty() && child == failing;
            rows.push_back({id, conn, child, fails ? RekeyOutcome::failed : RekeyOutcome::rekeyed,
                            fails ? "the peer is busy" : ""});
        };
        for (const IkeSaView& sa : sas) {
            const auto selected = select(request.filter, sa);
            if (!selected) continue;
            if (request.filter.kind == SaKind::ike) add(SaId{selected->id}, selected->conn, "");
            if (request.filter.kind == SaKind::ike) continue;
            for (const ChildSaView& child : selected->child_sas)
                add(SaId{selected->id, child.id}, selected->conn, child.child);
        }
        answer<Outcome<std::vector<RekeyedSa>>>(std::move(done), std::move(rows));
    }

    void redirect(const RedirectRequest& request, Done<Outcome<SaId>> done) override {
        redirected.push_back(request);
        Outcome<SaId> outcome = request.id;
        if (request.id.ike != 7) outcome = tl::unexpected<ApiError>({ErrorKind::SaNotFound, "no such SA"});
        answer(std::move(done), std::move(outcome));
    }

    void initiate(const InitiateRequest& request, Done<Outcome<Initiated>> done) override {
        initiated.push_back(request);
        Outcome<Initiated> outcome = initiate_outcome;
        if (request.child == failing)
            outcome = tl::unexpected<ApiError>({ErrorKind::PeerSilent, "peer does not answer"});
        answer(std::move(done), std::move(outcome));
    }

    void list_connections(const ConnectionQuery& query, Done<ConnectionPage> done) override {
        ConnectionPage page;
        page.revision = 5;
        for (const ConnectionView& connection : connections) {
            if (!offer(query, page, connection)) break;
        }
        done(std::move(page));
    }

    void system_info(Done<SystemInfo> done) override {
        SystemInfo info;
        info.version = "0.1.0";
        info.pid = 42;
        info.kernel = "6.12.0";
        info.kernel_features = {{"esn", true}, {"iptfs", false}};
        info.kernel_algorithms = {{"cbc(aes)/hmac(sha256)", true}};
        info.ike_sas = sas.size();
        info.reasons = {{"cookie_required", 3}};
        answer(std::move(done), std::move(info));
    }

    void reconcile_kernel(Done<Outcome<KernelDrift>> done) override { answer(std::move(done), drift); }
    void kernel_status(Done<Outcome<KernelStatus>> done) override {
        answer<Outcome<KernelStatus>>(std::move(done), status);
    }
    EventLog& events() override { return log; }
    Objects& objects() override { return set; }
    void settle() override { ++settled; }

private:
    template <typename T>
    void answer(Done<T> done, T value) {
        if (!hold) return done(std::move(value));
        held.push_back([done = std::move(done), value = std::move(value)] { done(value); });
    }

    void add_rows(const ClearRequest& request, const IkeSaView& sa, std::vector<ClearedSa>& rows) const {
        const auto add = [&](SaId id, const std::string& child) {
            ClearOutcome outcome = !failing.empty() && child == failing ? ClearOutcome::failed : clear_outcome;
            if (request.dry_run) outcome = ClearOutcome::matched;
            const std::string error = outcome == ClearOutcome::failed ? "kernel refused" : "";
            rows.push_back({id, sa.conn, child, outcome, TrafficAfter::blocked, error});
        };
        if (request.filter.kind == SaKind::ike) return add(SaId{sa.id}, "");
        for (const ChildSaView& child : sa.child_sas) add(SaId{sa.id, child.id}, child.child);
    }
};

}  // namespace xfrmd::daemon::api
