// What xfrmd-fetch gives up before it hears the first question: whoever gets into it by what a server sends has the
// network, as any user of the host has, and nothing else.
#pragma once

#include <string>

namespace xfrmd::fetch {

// The user nobody (where we are root), no capabilities, no way to get any, no files, limits on memory and descriptors,
// and the end when our parent ends. The error is one sentence; empty: it is done.
std::string confine();

}  // namespace xfrmd::fetch
