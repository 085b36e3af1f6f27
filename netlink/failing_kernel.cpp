#include "netlink/failing_kernel.h"

namespace xfrmd::netlink {

void FailingKernel::fail_change(std::size_t n, int errno_value, std::optional<ChangeKind> kind) {
    plans_.push_back({n, errno_value, kind});
}

int FailingKernel::planned_errno(const Change& change) {
    int errno_value = 0;
    for (Plan& plan : plans_) {
        if (plan.left == 0 || (plan.kind && static_cast<std::size_t>(*plan.kind) != change.index())) continue;
        if (--plan.left == 0) errno_value = plan.errno_value;
    }
    return errno_value;
}

std::vector<KernelResult<void>> FailingKernel::apply(std::span<const Change> changes) {
    std::vector<KernelResult<void>> results;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const int errno_value = planned_errno(changes[i]);
        has_failed_ = has_failed_ || errno_value != 0;
        results.push_back(errno_value != 0 ? KernelResult<void>(refused(errno_value))
                                           : inner_.apply(changes.subspan(i, 1)).front());
    }
    return results;
}

}  // namespace xfrmd::netlink
