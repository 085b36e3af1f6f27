// A Kernel that passes everything on to another one, for those that watch what is asked or answer some of it
// themselves.
#pragma once

#include "netlink/kernel.h"

namespace xfrmd::netlink {

class PassingKernel : public Kernel {
public:
    // `inner` outlives it.
    explicit PassingKernel(Kernel& inner) : inner_(inner) {}

    std::vector<KernelResult<void>> apply(std::span<const Change> changes) override { return inner_.apply(changes); }
    KernelResult<SaState> find_sa(const SaId& id) override { return inner_.find_sa(id); }
    KernelResult<SaSpec> read_sa(const SaId& id) override { return inner_.read_sa(id); }
    KernelResult<PolicyState> find_policy(const PolicyId& id) override { return inner_.find_policy(id); }
    KernelResult<std::vector<SaState>> list_sas() override { return inner_.list_sas(); }
    KernelResult<std::vector<PolicyState>> list_policies() override { return inner_.list_policies(); }
    KernelResult<void> probe() override { return inner_.probe(); }

protected:
    Kernel& inner_;  // NOLINT: for those that answer themselves
};

}  // namespace xfrmd::netlink
