#include "daemon/api/kernel_json.h"

namespace xfrmd::daemon::api {

namespace {

constexpr Field<LostTunnel> kLostTunnel[] = {
    {"id", "string", "of the child SA", [](const LostTunnel& v) -> Json { return v.id.to_string(); }},
    {"conn", "string", "its connection", [](const LostTunnel& v) -> Json { return v.conn; }},
    {"child", "string", "its configured name", [](const LostTunnel& v) -> Json { return v.child; }},
};
Json encode_lost(const LostTunnel& tunnel) { return encode_fields(kLostTunnel, tunnel); }

using Drift = KernelDrift;
constexpr Field<Drift> kDrift[] = {
    {"repaired", "string[]", "what was put back, a sentence each", [](const Drift& v) -> Json { return v.repaired; }},
    {"renegotiated", "LostTunnel[]", "children whose SAs have gone: another one is negotiated for each",
     [](const Drift& v) { return encode_all(v.renegotiated, encode_lost); }},
    {"failed", "string[]", "what could not be put back", [](const Drift& v) -> Json { return v.failed; }},
    {"left_out", "integer", "how many more there were", [](const Drift& v) -> Json { return v.left_out; }},
};

constexpr Field<KernelObjects> kObjects[] = {
    {"sas", "integer", "states", [](const KernelObjects& v) -> Json { return v.sas; }},
    {"policies", "integer", "policies", [](const KernelObjects& v) -> Json { return v.policies; }},
};

using History = ReconcileHistory;
constexpr Field<History> kHistory[] = {
    {"runs", "integer", "comparisons", [](const History& v) -> Json { return v.runs; }},
    {"age_seconds", "integer?", "since the last one",
     [](const History& v) { return v.age ? Json(v.age->count()) : Json(nullptr); }},
    {"outcome", "ReconcileOutcome", "of the last one", [](const History& v) -> Json { return name(v.outcome); }},
    {"error", "string?", "why it failed", [](const History& v) { return unless_empty(v.error); }},
    {"repaired", "integer", "put back", [](const History& v) -> Json { return v.repaired; }},
    {"renegotiated", "integer", "children whose SAs had gone", [](const History& v) -> Json { return v.renegotiated; }},
    {"failed", "integer", "could not be put back", [](const History& v) -> Json { return v.failed; }},
    {"overruns", "integer", "times that the kernel's notices were lost",
     [](const History& v) -> Json { return v.overruns; }},
};

using Status = KernelStatus;
constexpr Field<Status> kStatus[] = {
    {"wanted", "KernelObjects", "what should be there",
     [](const Status& v) { return encode_fields(kObjects, v.wanted); }},
    {"there", "KernelObjects", "what of it is there", [](const Status& v) { return encode_fields(kObjects, v.there); }},
    {"inherited", "KernelObjects", "what an earlier xfrmd left, and nobody has claimed",
     [](const Status& v) { return encode_fields(kObjects, v.inherited); }},
    {"others", "KernelObjects", "what is not ours", [](const Status& v) { return encode_fields(kObjects, v.others); }},
    {"reconcile", "ReconcileHistory", "since the daemon started",
     [](const Status& v) { return encode_fields(kHistory, v.history); }},
};

template <typename T>
void cut_list(std::vector<T>& list, std::size_t most, std::size_t& left_out) {
    if (list.size() <= most) return;
    left_out += list.size() - most;
    list.resize(most);
}

}  // namespace

void KernelDrift::cut(std::size_t most) {
    cut_list(repaired, most, left_out);
    cut_list(renegotiated, most, left_out);
    cut_list(failed, most, left_out);
}

Json encode(const KernelDrift& drift) { return encode_fields(kDrift, drift); }
Json encode(const KernelStatus& status) { return encode_fields(kStatus, status); }

void add_kernel_schemas(Json& schemas) {
    schemas["KernelDrift"] = schema_of_fields(kDrift);
    schemas["LostTunnel"] = schema_of_fields(kLostTunnel);
    schemas["KernelStatus"] = schema_of_fields(kStatus);
    schemas["KernelObjects"] = schema_of_fields(kObjects);
    schemas["ReconcileHistory"] = schema_of_fields(kHistory);
    schemas["ReconcileOutcome"] = schema_of_choices(kReconcileOutcomes);
}

}  // namespace xfrmd::daemon::api
