// Netfilter marks and XFRM interface ids as an operator asks for them: a number, or one that xfrmd is to choose.
// Plain values with swanctl.conf's meanings; whoever installs SAs and policies turns them into numbers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace xfrmd::policy {

enum class NumberKind : std::uint8_t {
    given,       // the value as it stands
    unique,      // %unique: one for each child SA (for each IKE SA, where a connection says so), both directions alike
    unique_dir,  // %unique-dir: the same, but another one for each direction
    same,        // %same: the value of mark_in or mark_out of the same direction, with a mask of its own
};

// 0/0 is none; 0 with a mask is a mark like any other. No bit of `value` is outside of `mask`.
struct Mark {
    NumberKind kind = NumberKind::given;
    std::uint32_t value = 0;  // without meaning unless given
    std::uint32_t mask = 0;

    bool is_set() const { return kind != NumberKind::given || mask != 0; }
    friend bool operator==(const Mark&, const Mark&) = default;
};

// 0 is none. Never %same.
struct InterfaceId {
    NumberKind kind = NumberKind::given;
    std::uint32_t value = 0;  // without meaning unless given

    bool is_set() const { return kind != NumberKind::given || value != 0; }
    friend bool operator==(const InterfaceId&, const InterfaceId&) = default;
};

// IFNAMSIZ of Linux, less the zero at the end.
inline constexpr std::size_t kLongestInterfaceName = 15;

}  // namespace xfrmd::policy
