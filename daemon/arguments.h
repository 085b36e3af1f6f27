// xfrmd's command line.
#pragma once

#include <optional>
#include <string>

#include "daemon/daemon_options.h"
#include "daemon/log_reload.h"
#include "daemon/sockets/socket_file.h"

namespace xfrmd::daemon {

// As xfrmctl's exit codes.
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kConfigurationInvalid = 8;

struct Arguments {
    DaemonOptions daemon;
    SocketOptions socket;
    SocketOptions vici{"/run/charon.vici", "root"};
    std::string strongswan_path = daemon::strongswan_path();  // empty: none is read
    bool strongswan_is_named = false;                         // on the command line, so that it has to be there
    StrongswanConf strongswan;
    std::string token_secret = "/var/lib/xfrmd/token_secret";
    bool crash_tokens = true;
    bool check = false;
    bool foreground = false;
    bool debug = false;
};

// What strongswan.conf says, to be gone over by the command line.
void use(Arguments& arguments, StrongswanConf conf);
// Nothing where the command line is right, else the exit status; what is wrong with it has been printed.
std::optional<int> parse(int argc, char** argv, Arguments& arguments);

}  // namespace xfrmd::daemon
