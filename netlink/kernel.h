// The port to Linux's XFRM framework: the few things one can ask for. Knows nothing of IKE. Three implementations:
// XfrmKernel (libmnl, the real one), MemoryKernel (a faithful small model) and FailingKernel (refuses the n-th change).
// One contract test runs against all. One thread uses an instance; calls are synchronous, as XFRM netlink is.
#pragma once

#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "netlink/kernel_error.h"
#include "netlink/policy.h"
#include "netlink/sa.h"

namespace xfrmd::netlink {

// One change. A batch is a list of them; the kernel does not stop at a failing one, so every change has its own result.
// What is inconsistent in itself (families that differ, a reserved SPI, a key of absurd size) is EINVAL; an algorithm
// that the kernel has not, ENOSYS; a protocol or mode that it has not, EPROTONOSUPPORT, EINVAL; everything without
// CAP_NET_ADMIN, EPERM.
struct AddSa {  // EEXIST where the SPI is taken
    SaSpec sa;
};
// ESRCH where it is gone, or was told another direction. A larval SA becomes this one (see is_larval()). Of another one
// Linux takes over the encapsulation's ports, the lifetime, and an output mark and an if_id that are not 0: keys,
// selector, reqid and window stay, and whether there is encapsulation cannot change (EINVAL).
struct UpdateSa {
    SaSpec sa;
};
struct DeleteSa {  // ESRCH where it is gone
    SaId id;
};
struct AddPolicy {  // EEXIST where somebody, not necessarily us, has one of this identity
    PolicySpec policy;
};
struct UpdatePolicy {  // replaces; adds where there is none
    PolicySpec policy;
};
// ENOENT where it is gone. With an index, that is what counts, with the direction, mark and if_id, and nobody looks at
// the selector: so it has to be an index that list_policies() or find_policy() told.
struct DeletePolicy {
    PolicyId id;
    std::uint32_t index = 0;
};
using Change = std::variant<AddSa, UpdateSa, DeleteSa, AddPolicy, UpdatePolicy, DeletePolicy>;

// "adding the inbound SA 10.0.0.2 -> 10.0.0.1 spi 0xc1234567", "deleting the out policy 10.1.0.0/24 === 10.2.0.0/24"
std::string describe(const Change& change);

// What is sent at a time, 64 tunnels as they usually are: 128 SAs take the kernel 1.2 ms and 192 policies 0.3, during
// which nobody else changes its tables.
inline constexpr std::size_t kMostOfRound = 320;

class Kernel {
public:
    virtual ~Kernel() = default;

    // In order; one result for each change. More than a round are sent in several. See answer_was_lost() for
    // errors that do not tell whether the change was made.
    virtual std::vector<KernelResult<void>> apply(std::span<const Change> changes) = 0;
    // The same for who makes many of them one by one: each is taken while it is at hand. True where flush() is due,
    // which sends them, one result for each. Nothing else is asked for in between.
    virtual bool queue(Change&& change) {
        queued_.push_back(std::move(change));
        return queued_.size() == kMostOfRound;
    }
    virtual std::vector<KernelResult<void>> flush() { return apply(std::exchange(queued_, {})); }
    // ESRCH where there is none.
    virtual KernelResult<SaState> find_sa(const SaId& id) = 0;
    // The SA with its keys and how far it has come, to be added in another place. ESRCH where there is none, EACCES
    // where the kernel keeps the keys to itself (lockdown). Its IP-TFS knobs are not told.
    virtual KernelResult<SaSpec> read_sa(const SaId& id) = 0;
    // ENOENT where there is none.
    virtual KernelResult<PolicyState> find_policy(const PolicyId& id) = 0;
    // Everybody's SAs and policies in this network namespace, not only ours; policies of sockets are not listed, nor
    // SAs of other protocols than ESP, AH and IPComp.
    virtual KernelResult<std::vector<SaState>> list_sas() = 0;
    virtual KernelResult<std::vector<PolicyState>> list_policies() = 0;
    // Can it do ESP at all, for either family? The error's text is one sentence for the operator.
    virtual KernelResult<void> probe() = 0;

private:
    std::vector<Change> queued_;
};

}  // namespace xfrmd::netlink
