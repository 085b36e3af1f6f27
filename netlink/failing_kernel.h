// A Kernel that passes everything on to another one, except the changes it was told to refuse: for tests of roll-back,
// which let each change of a sequence fail in turn.
#pragma once

#include <vector>

#include "netlink/kernel.h"

namespace xfrmd::netlink {

// In the order of Change's alternatives.
enum class ChangeKind : std::uint8_t { add_sa, update_sa, delete_sa, add_policy, update_policy, delete_policy };

class FailingKernel final : public Kernel {
public:
    explicit FailingKernel(Kernel& inner) : inner_(inner) {}

    // The n-th change from now, counted from 1, of this kind or of any (nullopt), is refused and not passed on.
    void fail_change(std::size_t n, int errno_value, std::optional<ChangeKind> kind = std::nullopt);
    // Forgets every plan.
    void heal() { plans_.clear(); }
    bool has_failed() const { return has_failed_; }

    std::vector<KernelResult<void>> apply(std::span<const Change> changes) override;
    KernelResult<SaState> find_sa(const SaId& id) override { return inner_.find_sa(id); }
    KernelResult<PolicyState> find_policy(const PolicyId& id) override { return inner_.find_policy(id); }
    KernelResult<std::vector<SaState>> list_sas() override { return inner_.list_sas(); }
    KernelResult<std::vector<PolicyState>> list_policies() override { return inner_.list_policies(); }
    KernelResult<void> probe() override { return inner_.probe(); }

private:
    struct Plan {
        std::size_t left = 0;  // 0: over
        int errno_value = 0;
        std::optional<ChangeKind> kind;
    };
    // 0: none.
    int planned_errno(const Change& change);

    Kernel& inner_;
    std::vector<Plan> plans_;
    bool has_failed_ = false;
};

}  // namespace xfrmd::netlink
