// What a seed decides about a world, drawn one after the other.
#pragma once

#include <chrono>
#include <iterator>

#include "tests/support/seeded_random.h"

namespace xfrmd::sim {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}

    bool chance(double probability) { return static_cast<double>(random_.number() >> 11) * 0x1p-53 < probability; }
    // Both included.
    std::uint64_t between(std::uint64_t least, std::uint64_t most) {
        return least + random_.number() % (most - least + 1);
    }
    template <typename Unit>
    Unit time(Unit least, Unit most) {
        return Unit(static_cast<typename Unit::rep>(
            between(static_cast<std::uint64_t>(least.count()), static_cast<std::uint64_t>(most.count()))));
    }
    template <typename List>
    auto& pick(List& list) {
        return list[between(0, std::size(list) - 1)];
    }

private:
    tests::SeededRandom random_;
};

}  // namespace xfrmd::sim
