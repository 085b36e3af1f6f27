// What the kernel answered to a request, put together from datagrams as they come in: an error or an acknowledgement
// for each message, told apart by sequence number, and data messages for whoever asked. Pure: no socket, so every bad
// datagram can be tried. Messages of other sequence numbers are answers to somebody who gave up waiting, and are
// ignored.
#pragma once

#include <functional>
#include <vector>

#include "netlink/codec.h"
#include "netlink/kernel_error.h"

namespace xfrmd::netlink {

// For a batch of changes, numbered from `first`, of which only the last asked for an acknowledgement: netlink answers
// in order and always tells of errors, so what was not refused by the time the last answer is there has been done.
class ChangeAnswers {
public:
    ChangeAnswers(std::uint32_t first, std::size_t count) : first_(first), results_(count), answered_(count) {}

    // EPROTO where the datagram is malformed: nothing more can be said of what is not answered yet.
    KernelResult<void> take(base::ByteView datagram);
    bool complete() const { return complete_; }
    // What is not answered yet gets `error`: its answer was lost.
    void give_up(const KernelError& error);

    std::vector<KernelResult<void>> results() && { return std::move(results_); }

private:
    std::uint32_t first_;
    std::vector<KernelResult<void>> results_;
    std::vector<bool> answered_;
    bool complete_ = false;
};

// For one query, numbered `sequence`: data messages, then the end of the dump or an acknowledgement.
class QueryAnswers {
public:
    using Visitor = std::function<void(const Message&)>;

    QueryAnswers(std::uint32_t sequence, const Visitor& visitor) : sequence_(sequence), visitor_(visitor) {}

    // The kernel's refusal; EPROTO where the datagram is malformed.
    KernelResult<void> take(base::ByteView datagram);
    bool complete() const { return complete_; }
    // NLM_F_DUMP_INTR: what was listed changed meanwhile, so entries may be missing. Ask again.
    bool interrupted() const { return interrupted_; }

private:
    KernelResult<void> on_message(const Message& message);

    std::uint32_t sequence_;
    const Visitor& visitor_;
    bool complete_ = false;
    bool interrupted_ = false;
};

}  // namespace xfrmd::netlink
