// What the SAs of a child have carried since they were installed. Packets and not times: older kernels tell the time of
// an SA's first packet only, newer ones that of the last one by a wall clock that may be set; a count that has grown
// since the last question means the same everywhere. What did not pass the integrity or replay check is not counted.
#pragma once

#include <cstdint>

#include "ike/child_install.h"

namespace xfrmd::ike {

struct ChildUse {
    ChildSaId child{};
    std::uint64_t packets_in = 0;
    std::uint64_t packets_out = 0;
};

}  // namespace xfrmd::ike
