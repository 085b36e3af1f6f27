// What lifetimes are where swanctl.conf does not say: strongSwan's defaults, which depend on each other. Called when
// the settings of the section have been read.
#pragma once

#include "daemon/config/settings_view.h"
#include "ike/policy/connection.h"

namespace xfrmd::daemon {

// rekey_time 4 h, over_time a tenth of it, rand_time as much, but at most half of rekey_time.
void complete_lifetimes(policy::Connection& connection, const settings::View& section);

// rekey_time 1 h; life_* a tenth more than rekey_*; rand_* the difference between both, but (which is our own) at most
// half of rekey_*: with a life_time of many hours, strongSwan would rekey at any time.
void complete_lifetimes(policy::Child& child, const settings::View& section);

}  // namespace xfrmd::daemon
