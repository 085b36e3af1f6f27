// What engines report, as the events that the management API tells.
#pragma once

#include "daemon/api/event.h"
#include "ike/actions.h"

namespace xfrmd::daemon {

// As sa.list shows it; of the IKE SA where there is no child.
api::SaId api_id(ike::IkeSaId ike_sa, ike::ChildSaId child);
// nullopt for a report of no milestone.
std::optional<api::Event> event_of(const ike::Report& report);

}  // namespace xfrmd::daemon
