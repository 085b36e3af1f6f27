// SAs and connections as the management API shows them. Counters are filled in by who has them.
#pragma once

#include "daemon/api/connection_model.h"
#include "daemon/api/manual_model.h"
#include "daemon/manual_sas.h"
#include "ike/ikev2/sa/ike_sa.h"
#include "ike/policy/configuration.h"

namespace xfrmd::daemon {

api::IkeSaView view_of(const ikev2::sa::IkeSa& sa, base::Instant now);
// Of one that never stood: connecting, as it was at its end.
api::IkeSaView view_of(const ike::Report& report, const ike::Attempt& attempt);
api::ManualSaView view_of(const policy::ManualSa& sa, const ManualSaStatus& status);
api::ConnectionView view_of(const policy::Connection& connection);

}  // namespace xfrmd::daemon
