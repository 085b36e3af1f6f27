// Datagrams that wait for the kernel. Once a peer has our answer to its Delete, it may drop what comes on the old child
// (RFC 7296 1.4.1), so packets are to go out on the new one before that answer does; and the kernel is another
// thread's. What one turn of the engine says waits for what the same turn has asked for, and later datagrams to the
// same peer wait behind it, in their order. Nobody else waits. Answers come in the order of the questions.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "ike/actions.h"

namespace xfrmd::daemon {

class Outbox {
public:
    // While so many wait, no more do: packets on the old child may be lost then, and nothing else.
    static constexpr std::size_t kMost = 1024;

    void begin_turn() { turn_awaits_ = 0; }
    // Something has to be in the kernel before the datagrams of this turn, which come next, leave.
    void ask() { turn_awaits_ = ++asked_; }
    // False: it may leave at once, and is untouched.
    bool keeps(ike::SendDatagram& datagram);
    // The oldest question has been answered. What may leave now.
    std::vector<ike::SendDatagram> answer();

private:
    struct Kept {
        std::uint64_t awaits = 0;
        ike::SendDatagram datagram;
    };
    std::uint64_t awaited_by(const ike::SendDatagram& datagram) const;

    std::uint64_t asked_ = 0;
    std::uint64_t answered_ = 0;
    std::uint64_t turn_awaits_ = 0;
    std::deque<Kept> kept_;  // as they came
};

}  // namespace xfrmd::daemon
