#include "netlink/books.h"

#include <cerrno>

namespace xfrmd::netlink {

namespace {

bool is_gone(const KernelError& error) { return error.errno_value == ESRCH || error.errno_value == ENOENT; }

}  // namespace

KernelError named(const Change& change, const KernelError& error) {
    return {error.errno_value, describe(change) + ": " + error.text};
}

std::optional<Change> Books::let_go(Claimant claimant, const PolicyId& id) {
    const bool stood = policies.is_standing(claimant, id);
    policies.release(claimant, id);
    if (!stood || !policies.is_in_kernel(id)) return std::nullopt;
    return policies.change_for(id, true);
}

void Books::settle(Claimant claimant, const PolicyId& id) {
    if (policies.is_standing(claimant, id)) policies.release(Claimant::earlier_process, id);
}

std::vector<KernelResult<void>> Books::apply(std::span<const Change> changes) {
    if (changes.empty()) return {};
    std::vector<KernelResult<void>> results = kernel.apply(changes);
    for (std::size_t i = 0; i < changes.size(); ++i) policies.done(changes[i], results[i]);
    return results;
}

KernelResult<void> Books::insist(std::span<const Change> changes) {
    KernelResult<void> worst;
    const auto results = apply(changes);
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i] || is_gone(results[i].error())) continue;
        const auto again = apply(changes.subspan(i, 1)).front();
        if (again || is_gone(again.error()) || !worst) continue;
        worst = tl::unexpected<KernelError>(named(changes[i], again.error()));
    }
    return worst;
}

}  // namespace xfrmd::netlink
