#include "netlink/reqids.h"

#include <algorithm>

namespace xfrmd::netlink {

bool Reqids::Key::operator<(const Key& other) const {
    if (mode != other.mode) return mode < other.mode;
    return std::lexicographical_compare(selectors.begin(), selectors.end(), other.selectors.begin(),
                                        other.selectors.end(), SelectorOrder{});
}

Reqid Reqids::acquire(Mode mode, const std::vector<Selector>& selectors) {
    auto [found, is_new] = used_.try_emplace(Key{mode, selectors}, Use{0, 0});
    if (is_new) found->second.reqid = next_free();
    ++found->second.count;
    return Reqid{found->second.reqid};
}

void Reqids::release(Mode mode, const std::vector<Selector>& selectors) {
    const auto found = used_.find(Key{mode, selectors});
    if (found != used_.end() && --found->second.count == 0) used_.erase(found);
}

std::uint32_t Reqids::next_free() {
    while (next_ == 0 || (started_again_ && is_used(next_))) {
        started_again_ = true;
        ++next_;
    }
    return next_++;
}

bool Reqids::is_used(std::uint32_t reqid) const {
    return std::any_of(used_.begin(), used_.end(), [&](const auto& entry) { return entry.second.reqid == reqid; });
}

}  // namespace xfrmd::netlink
