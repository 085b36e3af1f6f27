#include "daemon/api/view_json.h"

#include <algorithm>
#include <cstdint>
#include <tuple>

#include "daemon/api/event_json.h"
#include "daemon/api/kernel_json.h"
#include "daemon/api/object_json.h"
#include "daemon/api/rekey_json.h"
#include "daemon/api/sa_json.h"
#include "daemon/api/section_schema.h"

namespace xfrmd::daemon::api {

namespace {

using Info = SystemInfo;

// What every server of this version promises; a client that knows schema 1 can talk to it.
constexpr std::int64_t kSchema = 1;

Json limits() {
    return {{"connections", kMaxConnections},
            {"message_bytes", kMaxMessageBytes},
            {"values", kMaxValues},
            {"depth", kMaxDepth},
            {"batch", kMaxBatch},
            {"in_flight", kMaxInFlight},
            {"reply_bytes", kMaxReplyBytes},
            {"output_bytes", kMaxOutputBytes},
            {"subscribers", kMaxSubscribers},
            {"events", kMaxEvents},
            {"event_output_bytes", kEventPauseBytes},
            {"name_bytes", kMaxNameBytes},
            {"value_bytes", kMaxValueBytes},
            {"elements", kMaxElements},
            {"section_depth", kMaxSectionDepth},
            {"page", kMaxPage},
            {"default_page", kDefaultPage}};
}

Json encode(const std::vector<KernelFeatureView>& features) {
    Json json = Json::object();
    for (const KernelFeatureView& feature : features) json[feature.name] = feature.there;
    return json;
}

constexpr Field<Info> kSystemInfo[] = {
    {"name", "string", "xfrmd", [](const Info&) -> Json { return "xfrmd"; }},
    {"version", "string", "of the daemon", [](const Info& v) -> Json { return v.version; }},
    {"schema", "integer", "of this API", [](const Info&) -> Json { return kSchema; }},
    {"pid", "integer", "of the daemon", [](const Info& v) -> Json { return v.pid; }},
    {"uptime_seconds", "integer", "since it started", [](const Info& v) -> Json { return v.uptime.count(); }},
    {"kernel", "string", "release of the running kernel", [](const Info& v) -> Json { return v.kernel; }},
    {"kernel_features", "KernelFeatures", "what it can do, as found out at the start",
     [](const Info& v) { return encode(v.kernel_features); }},
    {"kernel_algorithms", "KernelFeatures", "those that the configuration wants, by the kernel's names",
     [](const Info& v) { return encode(v.kernel_algorithms); }},
    {"config_path", "string", "the configuration that was loaded", [](const Info& v) -> Json { return v.config_path; }},
    {"engines", "integer", "threads that run IKE", [](const Info& v) -> Json { return v.engines; }},
    {"connections", "integer", "configured", [](const Info& v) -> Json { return v.connections; }},
    {"ike_sas", "integer", "established", [](const Info& v) -> Json { return v.ike_sas; }},
    {"ike_sas_half_open", "integer", "not yet authenticated",
     [](const Info& v) -> Json { return v.ike_sas_half_open; }},
    {"child_sas", "integer", "installed", [](const Info& v) -> Json { return v.child_sas; }},
    {"revision", "integer", "grows with every change of state", [](const Info& v) -> Json { return v.revision; }},
    {"datagrams_in", "integer", "received by IKE", [](const Info& v) -> Json { return v.datagrams_in; }},
    {"keepalives_in", "integer", "of NAT traversal among them", [](const Info& v) -> Json { return v.keepalives_in; }},
    {"ike_sas_established", "integer", "since the daemon started", [](const Info& v) -> Json { return v.established; }},
    {"reasons", "Counts", "how often each reason kept something from being done since the daemon started",
     [](const Info& v) -> Json { return v.reasons; }},
    {"limits", "Limits", "of this socket", [](const Info&) { return limits(); }},
};

constexpr Field<InitiateResult> kInitiated[] = {
    {"id", "string", "of the child SA", [](const InitiateResult& v) -> Json { return v.id.to_string(); }},
    {"conn", "string", "its connection", [](const InitiateResult& v) -> Json { return v.conn; }},
    {"child", "string", "its configured name", [](const InitiateResult& v) -> Json { return v.child; }},
    {"existed", "boolean", "it was up already", [](const InitiateResult& v) -> Json { return v.existed; }},
};

constexpr Field<RedirectResult> kRedirected[] = {
    {"id", "string", "of the IKE SA whose peer has heard it",
     [](const RedirectResult& v) -> Json { return v.id.to_string(); }},
    {"gateway", "string", "where the peer is to go",
     [](const RedirectResult& v) -> Json { return v.gateway.to_string(); }},
};

constexpr Field<ClearedSa> kClearedSa[] = {
    {"id", "string", "of the SA", [](const ClearedSa& v) -> Json { return v.id.to_string(); }},
    {"kind", "SaKind", "what it was",
     [](const ClearedSa& v) -> Json { return name(v.id.child ? SaKind::child : SaKind::ike); }},
    {"conn", "string", "its connection", [](const ClearedSa& v) -> Json { return v.conn; }},
    {"child", "string?", "of a child SA, its configured name",
     [](const ClearedSa& v) { return unless_empty(v.child); }},
    {"outcome", "ClearOutcome", "what became of it", [](const ClearedSa& v) -> Json { return name(v.outcome); }},
    {"traffic", "TrafficAfter", "what becomes of its packets now",
     [](const ClearedSa& v) -> Json { return name(v.traffic); }},
    {"error", "string?", "why it failed", [](const ClearedSa& v) { return unless_empty(v.error); }},
};

constexpr Field<ClearResult> kClearResult[] = {
    {"dry_run", "boolean", "nothing was changed", [](const ClearResult& v) -> Json { return v.dry_run; }},
    {"matched", "integer", "SAs that were meant", [](const ClearResult& v) -> Json { return v.rows.size(); }},
    {"acknowledged", "integer", "the peer confirmed the Delete",
     [](const ClearResult& v) { return count_of(v.rows, ClearOutcome::acknowledged); }},
    {"forced", "integer", "gone here without the peer's word",
     [](const ClearResult& v) { return count_of(v.rows, ClearOutcome::forced); }},
    {"gone", "integer", "went by themselves meanwhile",
     [](const ClearResult& v) { return count_of(v.rows, ClearOutcome::gone); }},
    {"failed", "integer", "still there", [](const ClearResult& v) { return count_of(v.rows, ClearOutcome::failed); }},
    {"items", "ClearedSa[]", "the first of them, those that failed first",
     [](const ClearResult& v) { return first_rows(kClearedSa, v.rows); }},
    {"truncated", "boolean", "there are more than `items` shows",
     [](const ClearResult& v) -> Json { return v.rows.size() > kMaxPage; }},
};

// Failures must not hide behind a thousand successes.
int urgency(const ClearedSa& row) {
    if (row.outcome == ClearOutcome::failed) return 0;
    return row.outcome == ClearOutcome::forced ? 1 : 2;
}

bool is_shown_before(const ClearedSa& a, const ClearedSa& b) {
    return std::tuple(urgency(a), a.id.ike, a.id.child) < std::tuple(urgency(b), b.id.ike, b.id.child);
}

}  // namespace

Json encode(const SystemInfo& info) { return encode_fields(kSystemInfo, info); }
Json encode(const InitiateResult& result) { return encode_fields(kInitiated, result); }
Json encode(const RedirectResult& result) { return encode_fields(kRedirected, result); }

Json encode(ClearResult result) {
    std::sort(result.rows.begin(), result.rows.end(), is_shown_before);
    return encode_fields(kClearResult, result);
}

Json schemas() {
    Json all = Json::object();
    add_sa_schemas(all);
    add_manual_schemas(all);
    add_connection_schemas(all);
    add_kernel_schemas(all);
    add_event_schemas(all);
    add_rekey_schemas(all);
    add_object_schemas(all);
    add_section_schemas(all);
    all["ClearResult"] = schema_of_fields(kClearResult);
    all["ClearedSa"] = schema_of_fields(kClearedSa);
    all["ClearOutcome"] = schema_of_choices(kClearOutcomes);
    all["TrafficAfter"] = schema_of_choices(kTrafficAfter);
    all["SaKind"] = schema_of_choices(kNegotiatedKinds);
    all["Initiated"] = schema_of_fields(kInitiated);
    all["Redirected"] = schema_of_fields(kRedirected);
    all["SystemInfo"] = schema_of_fields(kSystemInfo);
    for (const char* numbers : {"Limits", "Counts"}) {
        all[numbers] = Json{{"type", "object"}, {"additionalProperties", Json{{"type", "integer"}}}};
    }
    all["KernelFeatures"] = Json{{"type", "object"}, {"additionalProperties", Json{{"type", "boolean"}}}};
    all["OpenRpc"] = Json{{"type", "object"}, {"description", "an OpenRPC document: https://spec.open-rpc.org"}};
    return all;
}

}  // namespace xfrmd::daemon::api
