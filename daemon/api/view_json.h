// The views of model.h and service.h as JSON objects. schemas() describes them all, by the names that method.h's
// `result` uses. Names that are members of an object here are the API: they are added to, never changed.
#pragma once

#include "daemon/api/fields.h"
#include "daemon/api/service.h"

namespace xfrmd::daemon::api {

Json encode(const IkeSaView& sa);
Json encode(const ManualSaView& sa);
Json encode(const SaPage& page);
// What stands before a name in a cursor for manual SAs.
inline constexpr std::string_view kManualCursor = "manual:";
Json encode(const ConnectionPage& page);
Json encode(const SystemInfo& info);

// What sa.initiate answers.
struct InitiateResult {
    SaId id;
    std::string conn;
    std::string child;
    bool existed = false;
};
Json encode(const InitiateResult& result);

// What sa.redirect answers.
struct RedirectResult {
    SaId id;
    base::Address gateway;
};
Json encode(const RedirectResult& result);

// What sa.clear answers: all counts, and at most kMaxPage rows, those that failed first.
struct ClearResult {
    bool dry_run = false;
    std::vector<ClearedSa> rows;
};
Json encode(ClearResult result);

// {"IkeSa": {...}, ...}, as OpenRPC's components/schemas.
Json schemas();

}  // namespace xfrmd::daemon::api
