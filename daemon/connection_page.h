// A page of the connections that are configured, as conn.list shows them.
#pragma once

#include "daemon/api/service.h"
#include "ike/policy/configuration.h"

namespace xfrmd::daemon {

// In ascending order of name. What IKE SAs there are of them, and the revision, is for others to add.
api::ConnectionPage connection_page(const policy::IndexedConfiguration& configuration,
                                    const api::ConnectionQuery& query);

}  // namespace xfrmd::daemon
