// Carries out the key table on one section of swanctl.conf.
#pragma once

#include <string>

#include "daemon/config/error_list.h"
#include "daemon/config/settings_view.h"
#include "daemon/config/swanctl_key.h"

namespace xfrmd::daemon {

// Puts what the section's settings say into `draft`. What is unknown, wrong or not yet honoured goes to `errors`, by
// its name under `path` ("connections.gw"). Values of secrets and the names of unknown keys beside them are not shown.
void read_settings(const settings::View& section, Place place, const std::string& path, const Draft& draft,
                   ErrorList& errors);

}  // namespace xfrmd::daemon
