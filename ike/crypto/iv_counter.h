// The 8-byte IVs of counter modes, 0, 1, 2, ...: unique under one key is all they need to be (RFC 5282 3.1, RFC
// 3686 3.1). Internal to ike/crypto.
#pragma once

#include <cstdint>
#include <span>

namespace xfrmd::crypto {

class IvCounter {
public:
    explicit IvCounter(std::uint64_t first = 0) : next_(first) {}

    // Writes the next one in network order; false once all 2^64 were given out.
    bool write(std::span<std::uint8_t, 8> out) {
        if (exhausted_) return false;
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(next_ >> (56 - 8 * i));
        exhausted_ = ++next_ == 0;
        return true;
    }

private:
    std::uint64_t next_;
    bool exhausted_ = false;
};

}  // namespace xfrmd::crypto
