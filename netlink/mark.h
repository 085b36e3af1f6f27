// A packet mark (skb->mark) as XFRM matches and sets it: under a mask, whose zero bits do not count. Mask 0 is no mark.
// A value with bits outside its mask could match nothing and is EINVAL.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace xfrmd::netlink {

struct Mark {
    std::uint32_t value = 0;
    std::uint32_t mask = 0;
    friend auto operator<=>(const Mark&, const Mark&) = default;
};

// "mark 0x1/0xff"
std::string to_string(const Mark& mark);

}  // namespace xfrmd::netlink
