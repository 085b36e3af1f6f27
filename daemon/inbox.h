// Datagrams that have been read and wait to be served: first come, first served within a rank, and no lower rank before
// all higher ones are empty. Each rank has room for so many bytes; what finds none is lost and counted, so that a flood
// of one rank takes neither memory nor time from another. Who was refused and sends the same again (RFC 7296 2.1) is
// there, unlike the random sources of a flood, and has the rank of those who bring a cookie.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "ike/base/reason.h"
#include "ike/inputs.h"
#include "ike/rank.h"

namespace xfrmd::daemon {

// A datagram that waits: for its turn, or for another thread.
struct OwnedDatagram {
    base::Endpoint local;
    base::Endpoint remote;
    base::Bytes bytes;
};

class Inbox {
public:
    // For the datagrams of each rank, with what keeping one takes; a single datagram always finds room in an empty
    // queue.
    static constexpr std::array<std::size_t, ike::kRanks> kRoom{8 << 20, 2 << 20, 1 << 20, 256 << 10};
    static constexpr std::size_t kOverhead = 128;

    // False where there was no room.
    bool put(ike::Rank rank, const ike::Datagram& datagram);
    std::optional<OwnedDatagram> take();
    bool empty() const;

    static base::Reason reason_for_loss(ike::Rank rank);
    std::uint64_t lost(ike::Rank rank) const { return queues_[static_cast<std::size_t>(rank)].lost; }

private:
    struct Queue {
        std::deque<OwnedDatagram> waiting;
        std::size_t bytes = 0;
        std::uint64_t lost = 0;
    };
    static constexpr std::size_t kMostRefused = 1 << 20;  // a power of 2; seconds' worth of a flood
    static std::uint64_t key_of(const ike::Datagram& datagram);
    void remember_refused(const ike::Datagram& datagram);
    bool was_refused(const ike::Datagram& datagram);

    std::array<Queue, ike::kRanks> queues_;
    std::unique_ptr<std::uint32_t[]> refused_;  // what is left of a key after its place; made when it is first needed
};

}  // namespace xfrmd::daemon
