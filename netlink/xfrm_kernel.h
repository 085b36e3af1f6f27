// The real Kernel: Linux's XFRM over netlink, in the network namespace the thread is in when open() is called. Changes
// need CAP_NET_ADMIN there. Never asks the kernel for SPIs (ALLOCSPI looks at every SA) and listens to no events
// (netlink/event_socket.h does).
#pragma once

#include <memory>
#include <utility>

#include "netlink/kernel.h"
#include "netlink/transport.h"

namespace xfrmd::netlink {

class XfrmKernel final : public Kernel {
public:
    // The error's text is one sentence for the operator, as probe()'s.
    static KernelResult<std::unique_ptr<XfrmKernel>> open();

    std::vector<KernelResult<void>> apply(std::span<const Change> changes) override;
    bool queue(Change&& change) override { return enter(change); }
    std::vector<KernelResult<void>> flush() override;
    KernelResult<SaState> find_sa(const SaId& id) override;
    KernelResult<SaSpec> read_sa(const SaId& id) override;
    KernelResult<PolicyState> find_policy(const PolicyId& id) override;
    KernelResult<std::vector<SaState>> list_sas() override;
    KernelResult<std::vector<PolicyState>> list_policies() override;
    // Adds an SA between documentation addresses and deletes it again; IPv6 is tried where IPv4 does
    // not do. An algorithm that is missing is no failure while there is another: it fails the connections that want it.
    KernelResult<void> probe() override;

    // What EventSocket::watch_changes() is to leave out.
    std::uint32_t sender() const { return transport_.sender(); }

private:
    explicit XfrmKernel(Transport transport);

    // True where the round is full.
    bool enter(const Change& change);
    KernelResult<void> probe_family(base::Family family);

    // What waits for flush().
    struct Round {
        std::size_t changes = 0;
        std::vector<std::pair<std::size_t, KernelError>> unsound;  // by their places; the kernel does not see them
    };

    Transport transport_;
    MessageBatch batch_;
    Round round_;
};

// One sentence for what a refused probe means; pure, for tests.
KernelError explain_probe(const KernelError& refusal);

}  // namespace xfrmd::netlink
