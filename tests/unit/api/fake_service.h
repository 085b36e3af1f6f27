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

namespace xfrmd::daemon::api {

inline ChildSaView child_view(std::uint64_t id, std::string name, ChildSaState state = ChildSaState::installed) {
    ChildSaView child;
    child.id = id;
    child.child = std::move(name);
    child.state = state;
    child.spi_in = 0xc1234567;
    child.spi_out = 0xc89abcde;
    child.reqid = 1;
    child.algorithms = "AES_GCM_16_256";
    child.age = std::chrono::seconds(192);
    child.bytes_in = 1200000;
    child.bytes_out = 3400;
    child.local_ts = {"10.1.0.0/16"};
    child.remote_ts = {"10.2.0.0/16"};
    return child;
}

inline IkeSaView ike_view(std::uint64_t id, std::string conn, const char* remote = "192.0.2.1") {
    IkeSaView sa;
    sa.id = id;
    sa.conn = std::move(conn);
    sa.state = IkeSaState::established;
    sa.local = {*base::Address::parse("192.0.2.2"), 500};
    sa.remote = {*base::Address::parse(remote), 500};
    sa.local_id = "left.example.org";
    sa.remote_id = "right.example.org";
    sa.spi_i = 0x0123456789abcdef;
    sa.spi_r = 0xfedcba9876543210;
    sa.algorithms = "AES_GCM_16_256/PRF_HMAC_SHA2_384/CURVE_25519";
    sa.age = std::chrono::seconds(200);
    return sa;
}

inline ManualSaView manual_view(std::string name, const char* remote = "192.0.2.9") {
    ManualSaView sa;
    sa.name = std::move(name);
    sa.local = *base::Address::parse("192.0.2.2");
    sa.remote = *base::Address::parse(remote);
    sa.spi = 256;
    sa.reqid = 3;
    sa.algorithms = "ESP:AES_CBC_128/HMAC_SHA1_96";
    sa.bytes_in = 4200;
    sa.packets_in = 50;
    sa.local_ts = {"10.1.0.0/16"};
    sa.remote_ts = {"10.9.0.0/16"};
    return sa;
}

inline ConnectionView connection_view(std::string name, std::vector<std::string> children) {
    ConnectionView connection;
    connection.name = std::move(name);
    connection.remote_addrs = {"192.0.2.1"};
    connection.local_id = "left.example.org";
    connection.remote_id = "right.example.org";
    connection.auth = "psk";
    connection.proposals = {"IKE:AES_GCM_16_256/PRF_HMAC_SHA2_384/CURVE_25519"};
    for (std::string& child : children) {
        connection.children.push_back({std::move(child),
                                       Mode::tunnel,
                                       {"10.1.0.0/16"},
                                       {"10.2.0.0/16"},
                                       {"ESP:AES_GCM_16_256/NO_EXT_SEQ"},
                                       "none"});
    }
    return connection;
}

inline Event drift_event(std::string sentence) {
    return {EventKind::drift, "1 put back", {}, KernelDrift{{std::move(sentence)}, {}, {}}};
}

inline Event sa_event(EventKind kind, SaId id, std::string child = {}) {
    return {kind, "something about it", SaEvent{id, "gw", std::move(child), {}}};
}

class FakeService final : public Service {
public:
    std::vector<IkeSaView> sas;
    std::vector<ManualSaView> manual;  // in order of name
    std::vector<ConnectionView> connections;
    Outcome<Initiated> initiate_outcome = Initiated{SaId{7, 12}};
    std::vector<ClearRequest> cleared;
    std::vector<RekeyRequest> rekeyed;
    std::vector<InitiateRequest> initiated;
    ClearOutcome clear_outcome = ClearOutcome::acknowledged;
    std::string failing;  // a child with which everything fails
    Outcome<KernelDrift> drift = KernelDrift{};
    KernelStatus status;
    EventLog log{100};
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
