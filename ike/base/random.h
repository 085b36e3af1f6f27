// The source of random bytes, injected so that a simulation can be replayed bit by bit. The daemon gives a seeded
// ChaCha generator, tests a counting one. Never fails: an implementation without entropy must refuse to be constructed.
#pragma once

#include <cstdint>
#include <span>

#include "ike/base/bytes.h"

namespace xfrmd::base {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;

    Bytes bytes(std::size_t count) {
        Bytes out(count);
        fill(out);
        return out;
    }
    std::uint64_t number() {
        std::uint64_t value = 0;
        fill({reinterpret_cast<std::uint8_t*>(&value), sizeof value});
        return value;
    }
};

}  // namespace xfrmd::base
