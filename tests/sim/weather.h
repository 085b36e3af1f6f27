// What a seed chooses for a world of two gateways: their configuration, the wire between them, and what operators and
// misfortune do to them.
#pragma once

#include <string>
#include <vector>

#include "tests/sim/dice.h"
#include "tests/sim/world.h"
#include "tests/support/policies.h"
#include "tests/support/virtual_wire.h"

namespace xfrmd::sim {

struct Weather {
    tests::ConnectionWords words;  // as the left one has it
    std::chrono::seconds dpd_delay{0};
    tests::Faults faults;
    ike::Options left_options;
    ike::Options right_options;
    base::Duration kernel_delay{0};

    unsigned orders = 0;  // of operators, in a storm
    base::Duration longest_pause{0};
    double kernel_refusals = 0;  // chances, 0..1
    double clears = 0;
    double forced = 0;  // of those clears
    double restarts = 0;
    double jumps = 0;
    double rebindings = 0;
    double moves = 0;  // of the left one to another address
    bool both_initiate = false;
    bool nat = false;          // in front of the left one
    bool vips = false;         // the left one asks the right one for a virtual address
    bool wrong_guess = false;  // the left one begins with key exchange methods that the right one does not want
    std::string additional;    // key exchanges (RFC 9370), as words of a proposal
    unsigned left_rounds = 0;  // of authentication, after the first (RFC 4739)
    unsigned right_rounds = 0;

    tests::ConnectionWords left_words() const;
    tests::ConnectionWords right_words() const;

    static Weather drawn(Dice& dice, Kind kind);
    std::string to_string() const;
};

}  // namespace xfrmd::sim
