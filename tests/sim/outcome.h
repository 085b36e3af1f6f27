// The kinds of worlds, and what is told of each when it has ended.
#pragma once

#include "tests/sim/streams.h"
#include "tests/sim/world.h"

namespace xfrmd::sim {

Outcome run_gateways(std::uint64_t seed, Kind kind, std::ostream* trace);
Outcome run_mesh(std::uint64_t seed, std::ostream* trace);

Outcome outcome_of(const Network& network, const Streams& streams);

}  // namespace xfrmd::sim
