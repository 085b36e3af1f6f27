#include "netlink/mark.h"

#include <array>
#include <cstdio>

namespace xfrmd::netlink {

std::string to_string(const Mark& mark) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "mark 0x%x/0x%x", mark.value, mark.mask);
    return text.data();
}

}  // namespace xfrmd::netlink
