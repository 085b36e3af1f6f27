// How fast each contender is at one size, in one run. The port and the prebuilt messages take turns, an eighth of the
// work at a time, each in a network namespace of its own; what is told is the median of the rounds.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/bench/kernel/contender.h"
#include "tests/bench/kernel/peers.h"

namespace xfrmd::bench {

struct Size {
    std::size_t tunnels = 0;
    Peers peers = Peers::sequential;
    bool policies_alone = false;
    std::size_t rounds = 1;
};

using Seconds = std::map<Phase, double>;

struct Figures {
    Seconds port;
    Seconds raw;
    Seconds ip;
    double install_ratio = 0;    // the port's rate to the raw one
    std::size_t ip_tunnels = 0;  // "ip" does the first of them only
    double heap_bytes = 0;       // that the port's books take for one tunnel: mallinfo2() before and after
};

Figures measure(const Size& size, const std::string& folder);

// Of the tunnels wanted, those that the memory available here is enough for.
std::size_t tunnels_with_room(std::size_t wanted);

}  // namespace xfrmd::bench
