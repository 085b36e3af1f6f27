// IPComp of a child SA: the two Compression Parameter Indexes that go with it (RFC 3173 3.3, RFC 7296 2.22). Both
// directions compress with DEFLATE (RFC 2394), the one algorithm that Linux has.
#pragma once

#include <cstdint>

namespace xfrmd::ike {

// In host order. Negotiated ones are in 0x0100..0xefff; those below are the algorithms' well-known ones, those above
// private.
enum class Cpi : std::uint16_t { none = 0 };
inline constexpr std::uint16_t kFirstCpi = 0x0100;
inline constexpr std::uint16_t kLastCpi = 0xefff;

struct IpComp {
    Cpi in{};   // ours: what we receive is marked with it
    Cpi out{};  // the peer's
    friend bool operator==(const IpComp&, const IpComp&) = default;
};

}  // namespace xfrmd::ike
