// An IKE SA as the management API shows it. Counters of children are filled in by who has them.
#pragma once

#include "daemon/api/model.h"
#include "ike/ikev2/sa/ike_sa.h"
#include "ike/policy/connection.h"

namespace xfrmd::daemon {

api::IkeSaView view_of(const ikev2::sa::IkeSa& sa, base::Instant now);
api::ConnectionView view_of(const policy::Connection& connection);

}  // namespace xfrmd::daemon
