// The environment of updown commands: strongSwan's PLUTO_ variables, interface version 1.1, one command for each pair
// of selectors of one family. Pure. Nothing of a peer's is ever part of the command.
#pragma once

#include <string>
#include <vector>

#include "daemon/updown/occasion.h"

namespace xfrmd::daemon::updown {

enum class Verb : std::uint8_t { up, down };

// One run of the command.
struct Script {
    std::string command;
    std::vector<std::string> environment;  // NAME=value
    std::string what;                      // for the log: "gw: updown of net (up-client 10.1.0.0/24 === 10.2.0.0/24)"
};

// In the order of the local selectors, then the remote ones. Of two Verbs, the same number.
std::vector<Script> scripts_for(const Occasion& occasion, Verb verb);

}  // namespace xfrmd::daemon::updown
