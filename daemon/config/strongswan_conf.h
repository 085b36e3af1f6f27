// Reads strongswan.conf: its section `charon`, and `charon-systemd` over it. All or nothing: options, or every mistake
// found. What xfrmd does not know is tolerated, as strongSwan's own programs share the file.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "daemon/config/config_error.h"
#include "daemon/config/files.h"
#include "daemon/config/strongswan_options.h"

namespace xfrmd::daemon {

struct StrongswanConf {
    StrongswanOptions options = {};
    std::vector<std::string> warnings = {};  // what has no effect, where traffic or security may depend on it
    std::vector<std::string> details = {};   // what else has none, or is not known; at most kMostDetailLines

    static constexpr std::size_t kMostDetailLines = 200;
};

// Where it is: $STRONGSWAN_CONF, or /etc/strongswan.conf.
std::string strongswan_path();

// A file that is not there is what ships, unless it `has_to_be_there`.
tl::expected<StrongswanConf, ConfigErrors> load_strongswan(const Files& files, const std::string& path,
                                                           bool has_to_be_there);

}  // namespace xfrmd::daemon
