// One world from one seed: from its first datagram to the last SA's end.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

namespace xfrmd::sim {

// Two gateways of which one begins; two that both do; two of which one authenticates again; a full mesh that starts at
// once.
enum class Kind : std::uint8_t { gateways, rivals, renewals, mesh };

struct Outcome {
    std::uint64_t steps = 0;
    std::uint64_t datagrams = 0;
    std::uint64_t rekeyings = 0;  // of both kinds, as seen by either side
    std::uint64_t packets = 0;    // of users, that had to pass and did
    std::uint64_t hash = 0;       // of everything that was sent
    std::string violation;        // the first one; empty: none
};

// The same seed and kind give the same outcome. `trace`: where to tell what happens; nullptr: nowhere.
Outcome run(Kind kind, std::uint64_t seed, std::ostream* trace);

}  // namespace xfrmd::sim
