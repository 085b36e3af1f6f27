// The netlink socket: one request at a time, sent whole, answered before the call returns (XFRM netlink is synchronous,
// so all answers are queued when sendmsg is done). Believes the kernel only (sender 0), waits no longer than two
// seconds, and closes and reopens its socket after any failure, so that a lost or late answer is never taken for
// another's.
#pragma once

#include <memory>

#include "netlink/answers.h"

struct mnl_socket;

namespace xfrmd::netlink {

class Transport {
public:
    // EPROTONOSUPPORT where the kernel has no XFRM netlink.
    static KernelResult<Transport> open();
    ~Transport();
    Transport(Transport&&) noexcept;
    Transport& operator=(Transport&&) noexcept;

    // What our requests are signed with, and so the notices of what they changed: the socket's port id, or for one that
    // replaced another, the first one's.
    std::uint32_t sender() const { return sender_; }

    // Sends the batch and wipes it. One result for each of its messages; see answer_was_lost().
    std::vector<KernelResult<void>> change(MessageBatch& batch);
    // Sends a batch of one message and wipes it; `visitor` sees every data message and must not keep views of it.
    // EINTR where a dump was interrupted by changes: what was seen is incomplete.
    KernelResult<void> query(MessageBatch& batch, const QueryAnswers::Visitor& visitor);

private:
    struct Close {
        void operator()(mnl_socket* socket) const;
    };
    using Socket = std::unique_ptr<mnl_socket, Close>;

    explicit Transport(Socket socket);
    static KernelResult<Socket> open_socket();

    KernelResult<void> send(MessageBatch& batch);
    template <typename Answers>
    KernelResult<void> collect(Answers& answers);
    // A view of buffer_, good until the next call; empty where it was not the kernel who sent it.
    KernelResult<base::ByteView> receive();
    KernelResult<void> wait_readable() const;

    Socket socket_;             // empty after a failure
    base::SecretBytes buffer_;  // the kernel lists SAs with their keys
    std::uint32_t next_sequence_ = 1;
    std::uint32_t sender_;
};

}  // namespace xfrmd::netlink
