#include "daemon/outbox.h"

#include <algorithm>
#include <utility>

namespace xfrmd::daemon {

// The number of a question: its own turn's, or that of whatever it stands behind.
std::uint64_t Outbox::awaited_by(const ike::SendDatagram& datagram) const {
    const auto before = std::find_if(kept_.rbegin(), kept_.rend(),
                                     [&](const Kept& kept) { return kept.datagram.remote == datagram.remote; });
    return std::max(turn_awaits_, before == kept_.rend() ? 0 : before->awaits);
}

bool Outbox::keeps(ike::SendDatagram& datagram) {
    if (answered_ == asked_ || kept_.size() == kMost) return false;
    const std::uint64_t awaited = awaited_by(datagram);
    if (awaited <= answered_) return false;
    kept_.push_back({awaited, std::move(datagram)});
    return true;
}

std::vector<ike::SendDatagram> Outbox::answer() {
    ++answered_;
    std::vector<ike::SendDatagram> free;
    std::deque<Kept> waiting;
    for (Kept& kept : std::exchange(kept_, {})) {
        if (kept.awaits > answered_) {
            waiting.push_back(std::move(kept));
        } else {
            free.push_back(std::move(kept.datagram));
        }
    }
    kept_ = std::move(waiting);
    return free;
}

}  // namespace xfrmd::daemon
