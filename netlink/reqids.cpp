#include "netlink/reqids.h"

#include <algorithm>

namespace xfrmd::netlink {

bool Reqids::Key::operator<(const Key& other) const {
    if (mode != other.mode) return mode < other.mode;
    return std::lexicographical_compare(selectors.begin(), selectors.end(), other.selectors.begin(),
                                        other.selectors.end(), SelectorOrder{});
}

Reqid Reqids::acquire(Mode mode, const std::vector<Selector>& selectors) {
    auto [found, is_new] = used_.try_emplace(Key{mode, selectors}, Use{Reqid{}, 0});
    if (is_new) found->second.reqid = next_free();
    ++found->second.count;
    return found->second.reqid;
}

void Reqids::release(Mode mode, const std::vector<Selector>& selectors) {
    const auto found = used_.find(Key{mode, selectors});
    if (found != used_.end() && --found->second.count == 0) used_.erase(found);
}

Reqid Reqids::take_next() {
    const Reqid taken = next_;
    started_again_ = started_again_ || taken == last_;
    next_ = taken == last_ ? Reqid{1} : Reqid{static_cast<std::uint32_t>(taken) + 1};
    return taken;
}

Reqid Reqids::next_free() {
    const bool may_be_used = started_again_;  // the last number itself is still fresh
    Reqid reqid = take_next();
    // One try more than there are in use finds one that is not.
    for (std::size_t i = 0; may_be_used && i < used_.size() && is_used(reqid); ++i) reqid = take_next();
    return reqid;
}

bool Reqids::is_used(Reqid reqid) const {
    return std::any_of(used_.begin(), used_.end(), [&](const auto& entry) { return entry.second.reqid == reqid; });
}

}  // namespace xfrmd::netlink
