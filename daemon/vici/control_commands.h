// Commands that change SAs and policies: see strongSwan's vici for what each takes and answers.
#pragma once

#include "daemon/vici/desk.h"

namespace xfrmd::daemon::vici {

void initiate(Desk& desk, const Asked& asked);
void terminate(Desk& desk, const Asked& asked);
void rekey(Desk& desk, const Asked& asked);
void redirect(Desk& desk, const Asked& asked);
void install(Desk& desk, const Asked& asked);
void uninstall(Desk& desk, const Asked& asked);

}  // namespace xfrmd::daemon::vici
