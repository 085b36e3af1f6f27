// What is told of a world when it has ended.
#pragma once

#include "tests/sim/streams.h"
#include "tests/sim/world.h"

namespace xfrmd::sim {

Outcome outcome_of(const Network& network, const Streams& streams);

}  // namespace xfrmd::sim
