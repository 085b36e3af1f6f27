// The loggers of strongswan.conf: its sections `filelog`, `syslog` and `journal`.
#pragma once

#include "daemon/config/error_list.h"
#include "daemon/config/settings_view.h"
#include "daemon/log_settings.h"

namespace xfrmd::daemon {

// `section` is called one of these; false for any other.
bool read_loggers(const settings::View& section, LogSettings& settings, ErrorList& errors);

}  // namespace xfrmd::daemon
