// What xfrmd-fetch gives up before it hears the first question: whoever gets into it by what a server sends can use the
// network and read files as any user of the host can, and every system call that needs no rights.
#pragma once

#include <string>

namespace xfrmd::fetch {

// The user nobody (where we are root), no capabilities, no way to get any, nothing written to files, limits on memory
// and descriptors, and the end when our parent ends. The error is one sentence; empty: it is done.
std::string confine();

}  // namespace xfrmd::fetch
