// What holds in every world (RFC 7296 2.25, 2.8): after each step, and once all is quiet. Each function tells the
// network what is violated.
#pragma once

#include <string>
#include <vector>

#include "tests/sim/network.h"

namespace xfrmd::sim {

struct Bounds {
    std::size_t ike_sas;    // of one host
    std::size_t half_open;  // of one host
};

// Engine and kernel of this host know the same children, the kernel was asked for nothing odd, and memory is bounded.
void check_step(Network& network, const Host& host, const Bounds& bounds);

// A child that operators want, between two hosts.
struct Wanted {
    std::size_t one;
    std::size_t other;
    std::string connection_of_one;
    std::string connection_of_other;
    std::string child;
};

// Once quiet: hosts agree about IKE SAs and children, each wanted child is there `least` times at least and once at
// most, and no operation is left without an end.
void check_quiet(Network& network, const std::vector<Wanted>& wanted, std::size_t least);
// After everything was cleared.
void check_empty(Network& network);

}  // namespace xfrmd::sim
