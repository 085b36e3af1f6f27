// Commands that change nothing: see strongSwan's vici for what each takes and answers. Lists come as events, as fast as
// the client reads them.
#pragma once

#include "daemon/vici/desk.h"

namespace xfrmd::daemon::vici {

void version(Desk& desk, const Asked& asked);
void stats(Desk& desk, const Asked& asked);
void reload_settings(Desk& desk, const Asked& asked);
void list_sas(Desk& desk, const Asked& asked);
void list_connections(Desk& desk, const Asked& asked);
void list_policies(Desk& desk, const Asked& asked);
void get_connections(Desk& desk, const Asked& asked);
void get_algorithms(Desk& desk, const Asked& asked);
void get_pools(Desk& desk, const Asked& asked);
void get_counters(Desk& desk, const Asked& asked);
void reset_counters(Desk& desk, const Asked& asked);

}  // namespace xfrmd::daemon::vici
