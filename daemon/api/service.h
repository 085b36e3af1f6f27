// The port behind which the daemon stands: everything the API can ask of it. The daemon implements it, tests fake it.
// Every call is made on the server's thread and must return at once; each `done` is called exactly once, on that
// thread, within the call or any time later (before the Server is destroyed). No call blocks, none throws.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "daemon/api/api_error.h"
#include "daemon/api/connection_model.h"
#include "daemon/api/event_log.h"
#include "daemon/api/initiate_model.h"
#include "daemon/api/kernel_model.h"
#include "daemon/api/limits.h"
#include "daemon/api/manual_model.h"
#include "daemon/api/rekey_model.h"
#include "daemon/api/system_model.h"
#include "daemon/objects/objects.h"

namespace xfrmd::daemon::api {

template <typename T>
using Outcome = tl::expected<T, ApiError>;
template <typename T>
using Done = std::function<void(T)>;

// Which SAs; empty fields let everything through. select() in select.h says what matches.
struct SaFilter {
    std::optional<SaId> id = {};
    std::string conn = {};
    std::string child = {};
    std::string peer = {};   // an identity, an address or a prefix
    std::string state = {};  // of the IKE SA, of a child or of a manual SA
    std::optional<SaKind> kind = {};
    std::optional<std::uint64_t> own_id = {};  // IkeSaView::own_id
};

struct SaQuery {
    SaFilter filter;
    std::uint64_t after = 0;                                 // only IKE SAs with a greater id
    std::size_t limit = kDefaultPage;                        // of both kinds together
    std::optional<std::string> after_manual = std::nullopt;  // only manual SAs with a name behind this one
};

// In ascending order of id, then of name. `more`: there are (or may be) others behind the last one.
struct SaPage {
    std::vector<IkeSaView> items;
    std::vector<ManualSaView> manual;
    bool more = false;         // IKE SAs, and manual SAs behind them
    bool more_manual = false;  // manual SAs alone
    std::uint64_t revision = 0;
    std::size_t approximate_bytes = 0;  // kept by offer()
};

// Delete what matches. filter.kind is always set: `ike` deletes IKE SAs with their children, `child` only child SAs.
// force: do not wait for the peer. dry_run: change nothing, report every match as `matched`.
struct ClearRequest {
    SaFilter filter;
    bool force = false;
    bool dry_run = false;
    std::chrono::seconds timeout{10};  // for the peer's answer; then the SA goes without it
};

enum class ClearOutcome : std::uint8_t {
    matched,       // dry_run
    acknowledged,  // the peer confirmed the Delete
    forced,        // gone here without the peer's word
    gone,          // it went by itself meanwhile
    failed,        // it is still there
};
inline constexpr std::string_view kClearOutcomes[] = {"matched", "acknowledged", "forced", "gone", "failed"};
constexpr std::string_view name(ClearOutcome outcome) { return kClearOutcomes[static_cast<std::size_t>(outcome)]; }

// What becomes of packets that the SA protected.
enum class TrafficAfter : std::uint8_t { unknown, blocked, trapped, clear };
inline constexpr std::string_view kTrafficAfter[] = {"unknown", "blocked", "trapped", "clear"};
constexpr std::string_view name(TrafficAfter traffic) { return kTrafficAfter[static_cast<std::size_t>(traffic)]; }

struct ClearedSa {
    SaId id;
    std::string conn;
    std::string child;  // empty for an IKE SA
    ClearOutcome outcome = ClearOutcome::acknowledged;
    TrafficAfter traffic = TrafficAfter::unknown;
    std::string error;  // why it failed
};

// Give what matches new keys. filter.kind is `ike` or `child`.
struct RekeyRequest {
    SaFilter filter;
    std::chrono::seconds timeout{10};  // then it is told how far it got; the attempt goes on
};

// Send the peer of one IKE SA to another gateway (RFC 5685).
struct RedirectRequest {
    SaId id;
    base::Address gateway;
    std::chrono::seconds timeout{10};  // then OperationTimeout; the peer may still hear it
};

class Service {
public:
    virtual ~Service() = default;
    virtual void list_sas(const SaQuery& query, Done<SaPage> done) = 0;
    // Both kinds of id; for a child the IKE SA with that child alone.
    virtual void find_sa(SaId id, Done<std::optional<IkeSaView>> done) = 0;
    // One row for each SA that matched; none is no error here.
    virtual void clear_sas(const ClearRequest& request, Done<Outcome<std::vector<ClearedSa>>> done) = 0;
    virtual void rekey_sas(const RekeyRequest& request, Done<Outcome<std::vector<RekeyedSa>>> done) = 0;
    // Done when the peer has heard it.
    virtual void redirect(const RedirectRequest& request, Done<Outcome<SaId>> done) = 0;
    virtual void initiate(const InitiateRequest& request, Done<Outcome<Initiated>> done) = 0;
    virtual void list_connections(const ConnectionQuery& query, Done<ConnectionPage> done) = 0;
    virtual void system_info(Done<SystemInfo> done) = 0;
    // Both: KernelRefused where the kernel could not be listed.
    virtual void reconcile_kernel(Done<Outcome<KernelDrift>> done) = 0;
    virtual void kernel_status(Done<Outcome<KernelStatus>> done) = 0;
    // Both live as long as the Service. What is loaded is worked with soon after, and after settle() at once.
    virtual EventLog& events() = 0;
    virtual Objects& objects() = 0;
    virtual void settle() = 0;
};

}  // namespace xfrmd::daemon::api
