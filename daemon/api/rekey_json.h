// What sa.rekey answers, as a JSON object.
#pragma once

#include "daemon/api/json.h"
#include "daemon/api/rekey_model.h"

namespace xfrmd::daemon::api {

Json encode(RekeyResult result);
void add_rekey_schemas(Json& schemas);

}  // namespace xfrmd::daemon::api
