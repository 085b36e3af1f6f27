#include "daemon/api/rekey_json.h"

#include <algorithm>

#include "daemon/api/fields.h"
#include "daemon/api/limits.h"

namespace xfrmd::daemon::api {

namespace {

constexpr Field<RekeyedSa> kRekeyedSa[] = {
    {"id", "string", "of the SA, before and after", [](const RekeyedSa& v) -> Json { return v.id.to_string(); }},
    {"kind", "SaKind", "what it is",
     [](const RekeyedSa& v) -> Json { return name(v.id.child ? SaKind::child : SaKind::ike); }},
    {"conn", "string", "its connection", [](const RekeyedSa& v) -> Json { return v.conn; }},
    {"child", "string?", "of a child SA, its configured name",
     [](const RekeyedSa& v) { return unless_empty(v.child); }},
    {"outcome", "RekeyOutcome", "what became of it", [](const RekeyedSa& v) -> Json { return name(v.outcome); }},
    {"error", "string?", "why it failed", [](const RekeyedSa& v) { return unless_empty(v.error); }},
};

constexpr Field<RekeyResult> kRekeyResult[] = {
    {"matched", "integer", "SAs that were meant", [](const RekeyResult& v) -> Json { return v.rows.size(); }},
    {"rekeyed", "integer", "have new keys",
     [](const RekeyResult& v) { return count_of(v.rows, RekeyOutcome::rekeyed); }},
    {"failed", "integer", "have not", [](const RekeyResult& v) { return count_of(v.rows, RekeyOutcome::failed); }},
    {"items", "RekeyedSa[]", "the first of them, those that failed first",
     [](const RekeyResult& v) { return first_rows(kRekeyedSa, v.rows); }},
    {"truncated", "boolean", "there are more than `items` shows",
     [](const RekeyResult& v) -> Json { return v.rows.size() > kMaxPage; }},
};

}  // namespace

Json encode(RekeyResult result) {
    std::stable_partition(result.rows.begin(), result.rows.end(),
                          [](const RekeyedSa& row) { return row.outcome == RekeyOutcome::failed; });
    return encode_fields(kRekeyResult, result);
}

void add_rekey_schemas(Json& schemas) {
    schemas["RekeyResult"] = schema_of_fields(kRekeyResult);
    schemas["RekeyedSa"] = schema_of_fields(kRekeyedSa);
    schemas["RekeyOutcome"] = schema_of_choices(kRekeyOutcomes);
}

}  // namespace xfrmd::daemon::api
