// How fast each contender is at one size, all in one run: they take turns, and what is told is the best of the rounds.
// Needs a network namespace to itself: it starts and ends with an empty kernel.
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
    std::size_t ip_tunnels = 0;  // "ip" does the first of them only
    double heap_bytes = 0;       // that the port's books take for one tunnel: mallinfo2() before and after
};

Figures measure(const Size& size, const std::string& folder);

// Of the tunnels wanted, those that the memory available here is enough for.
std::size_t tunnels_with_room(std::size_t wanted);

}  // namespace xfrmd::bench
