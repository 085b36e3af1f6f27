// The parts of schemas() that describe SAs and connections; see view_json.h, which is what others include.
#pragma once

#include "daemon/api/json.h"

namespace xfrmd::daemon::api {

void add_sa_schemas(Json& schemas);
void add_connection_schemas(Json& schemas);

}  // namespace xfrmd::daemon::api
