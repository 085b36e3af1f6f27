#include "tests/support/nat_box.h"

namespace xfrmd::tests {

base::Endpoint NatBox::outward(std::uint16_t port) {
    const auto [mapping, is_new] = ports_.emplace(port, 0);
    if (is_new) mapping->second = ++last_port_;
    return {outside_, mapping->second};
}

std::optional<base::Endpoint> NatBox::inward(std::uint16_t port) const {
    for (const auto& [own, shown] : ports_) {
        if (shown == port) return base::Endpoint{inside_, own};
    }
    return std::nullopt;
}

}  // namespace xfrmd::tests
