// The parts of schemas() that describe SAs and connections, and what they share; see view_json.h, which is what others
// include.
#pragma once

#include <cstddef>
#include <cstdint>

#include "daemon/api/json.h"

namespace xfrmd::daemon::api {

void add_sa_schemas(Json& schemas);
void add_manual_schemas(Json& schemas);
void add_connection_schemas(Json& schemas);

// SPIs as everybody writes them: hexadecimal, full width.
Json hexadecimal(std::uint64_t number, std::size_t digits);

}  // namespace xfrmd::daemon::api
