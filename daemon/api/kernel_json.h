// The views of kernel_model.h as JSON.
#pragma once

#include "daemon/api/fields.h"
#include "daemon/api/kernel_model.h"

namespace xfrmd::daemon::api {

Json encode(const KernelDrift& drift);
Json encode(const KernelStatus& status);
void add_kernel_schemas(Json& schemas);

}  // namespace xfrmd::daemon::api
