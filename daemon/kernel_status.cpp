#include "daemon/kernel_status.h"

#include <set>

namespace xfrmd::daemon {

namespace {

void count_sas(const std::vector<netlink::SaState>& had, const netlink::Books& books, const Tunnels& tunnels,
               const ManualSas& manual, api::KernelStatus& status) {
    const std::set<netlink::SaId> of_manual = manual.sa_ids();
    std::set<netlink::SaId> orphaned;
    for (const netlink::OrphanedSa& orphan : books.orphaned_sas) orphaned.insert(orphan.id);
    status.wanted.sas = tunnels.sa_count() + of_manual.size();
    for (const netlink::SaState& state : had) {
        if (tunnels.owner_of(state.id) != nullptr || of_manual.contains(state.id)) {
            ++status.there.sas;
        } else {
            ++(orphaned.contains(state.id) ? status.inherited : status.others).sas;
        }
    }
}

void count_policies(const std::vector<netlink::PolicyState>& had, const netlink::Books& books,
                    api::KernelStatus& status) {
    status.wanted.policies = books.policies.size() - books.policies.orphans().size();
    for (const netlink::PolicyState& state : had) {
        const netlink::PolicyId& id = state.policy.id;
        if (!netlink::is_our_index(state.policy.index)) {
            ++status.others.policies;
        } else if (books.policies.wanted(id) != nullptr) {
            ++status.there.policies;
        } else {
            ++(books.policies.is_unclaimed(id) ? status.inherited : status.others).policies;
        }
    }
}

}  // namespace

netlink::KernelResult<api::KernelStatus> count_kernel(netlink::Books& books, const Tunnels& tunnels,
                                                      const ManualSas& manual) {
    const auto sas = books.kernel.list_sas();
    if (!sas) return tl::unexpected<netlink::KernelError>(sas.error());
    const auto policies = books.kernel.list_policies();
    if (!policies) return tl::unexpected<netlink::KernelError>(policies.error());
    api::KernelStatus status;
    count_sas(*sas, books, tunnels, manual, status);
    count_policies(*policies, books, status);
    return status;
}

}  // namespace xfrmd::daemon
