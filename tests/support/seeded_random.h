// A deterministic source for tests and simulations: the same seed gives the same bytes, on every machine and for ever
// (SplitMix64). No secrets may come from it.
#pragma once

#include <cstdint>
#include <span>

#include "ike/base/random.h"

namespace xfrmd::tests {

class SeededRandom final : public base::Random {
public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

    // Whole words are drawn for each call, so that the length of one draw does not shift the bytes of the next.
    void fill(std::span<std::uint8_t> out) override {
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < out.size(); ++i) {
            if (i % 8 == 0) word = next();
            out[i] = static_cast<std::uint8_t>(word >> (i % 8 * 8));
        }
    }

private:
    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    std::uint64_t state_;
};

}  // namespace xfrmd::tests
