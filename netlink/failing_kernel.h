// A Kernel that passes everything on to another one, except the changes it was told to refuse: for tests of roll-back,
// which let each change of a sequence fail in turn.
#pragma once

#include <vector>

#include "netlink/passing_kernel.h"

namespace xfrmd::netlink {

// In the order of Change's alternatives.
enum class ChangeKind : std::uint8_t { add_sa, update_sa, delete_sa, add_policy, update_policy, delete_policy };

class FailingKernel final : public PassingKernel {
public:
    using PassingKernel::PassingKernel;

    // The n-th change from now, counted from 1, of this kind or of any (nullopt), is refused and not passed on.
    void fail_change(std::size_t n, int errno_value, std::optional<ChangeKind> kind = std::nullopt);
    // Forgets every plan.
    void heal() { plans_.clear(); }
    bool has_failed() const { return has_failed_; }

    std::vector<KernelResult<void>> apply(std::span<const Change> changes) override;

private:
    struct Plan {
        std::size_t left = 0;  // 0: over
        int errno_value = 0;
        std::optional<ChangeKind> kind;
    };
    // 0: none.
    int planned_errno(const Change& change);

    std::vector<Plan> plans_;
    bool has_failed_ = false;
};

}  // namespace xfrmd::netlink
