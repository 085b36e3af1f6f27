// A port that says yes to everything and shows what it was asked for.
#pragma once

#include <functional>

#include "netlink/kernel.h"

namespace xfrmd::bench {

class Recorder final : public netlink::Kernel {
public:
    using Sink = std::function<void(const netlink::Change&)>;
    explicit Recorder(Sink sink) : sink_(std::move(sink)) {}

    std::vector<netlink::KernelResult<void>> apply(std::span<const netlink::Change> changes) override {
        for (const netlink::Change& change : changes) sink_(change);
        return std::vector<netlink::KernelResult<void>>(changes.size());
    }
    netlink::KernelResult<netlink::SaState> find_sa(const netlink::SaId& /*id*/) override { return none(); }
    netlink::KernelResult<netlink::SaSpec> read_sa(const netlink::SaId& /*id*/) override { return none(); }
    netlink::KernelResult<netlink::PolicyState> find_policy(const netlink::PolicyId& /*id*/) override { return none(); }
    netlink::KernelResult<std::vector<netlink::SaState>> list_sas() override { return none(); }
    netlink::KernelResult<std::vector<netlink::PolicyState>> list_policies() override { return none(); }
    netlink::KernelResult<void> probe() override { return {}; }

private:
    static tl::unexpected<netlink::KernelError> none() { return netlink::refused(ENOSYS); }
    Sink sink_;
};

}  // namespace xfrmd::bench
