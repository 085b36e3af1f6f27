#include "daemon/inbox.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace xfrmd::daemon {

bool Inbox::put(ike::Rank rank, const ike::Datagram& datagram) {
    if (rank == ike::Rank::fresh && was_refused(datagram)) rank = ike::Rank::returning;
    const auto index = static_cast<std::size_t>(rank);
    Queue& queue = queues_[index];
    const std::size_t size = datagram.bytes.size() + kOverhead;
    if (!queue.waiting.empty() && queue.bytes + size > kRoom[index]) {
        ++queue.lost;
        if (rank == ike::Rank::fresh) remember_refused(datagram);
        return false;
    }
    queue.bytes += size;
    queue.waiting.push_back({datagram.local, datagram.remote, base::to_bytes(datagram.bytes)});
    return true;
}

std::uint64_t Inbox::key_of(const ike::Datagram& datagram) {
    constexpr std::hash<std::string_view> kHash;
    return kHash(base::as_text(datagram.bytes)) + 3 * kHash(base::as_text(datagram.remote.address.bytes())) +
           datagram.remote.port;
}

void Inbox::remember_refused(const ike::Datagram& datagram) {
    if (!refused_) refused_ = std::make_unique<std::uint32_t[]>(kMostRefused);
    const std::uint64_t key = key_of(datagram);
    refused_[key % kMostRefused] = static_cast<std::uint32_t>(key >> 32);
}

// Once: who repeats without end is no better than a flood.
bool Inbox::was_refused(const ike::Datagram& datagram) {
    if (!refused_) return false;
    const std::uint64_t key = key_of(datagram);
    std::uint32_t& place = refused_[key % kMostRefused];
    if (place != static_cast<std::uint32_t>(key >> 32)) return false;
    place = 0;
    return true;
}

std::optional<OwnedDatagram> Inbox::take() {
    const auto queue =
        std::find_if(queues_.begin(), queues_.end(), [](const Queue& one) { return !one.waiting.empty(); });
    if (queue == queues_.end()) return std::nullopt;
    OwnedDatagram first = std::move(queue->waiting.front());
    queue->waiting.pop_front();
    queue->bytes -= first.bytes.size() + kOverhead;
    return first;
}

bool Inbox::empty() const {
    return std::all_of(queues_.begin(), queues_.end(), [](const Queue& queue) { return queue.waiting.empty(); });
}

base::Reason Inbox::reason_for_loss(ike::Rank rank) {
    switch (rank) {
        case ike::Rank::established:
            return base::Reason::QueueFullForEstablished;
        case ike::Rank::half_open:
            return base::Reason::QueueFullForHalfOpen;
        case ike::Rank::returning:
        case ike::Rank::fresh:
            break;
    }
    return base::Reason::QueueFullForNew;
}

}  // namespace xfrmd::daemon
