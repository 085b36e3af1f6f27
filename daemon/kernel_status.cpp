#include "daemon/kernel_status.h"

#include <optional>
#include <set>

namespace xfrmd::daemon {

namespace {

void count_sas(const std::vector<netlink::SaState>& had, const netlink::Books& books, const Tunnels& tunnels,
               const ManualSas& manual, api::KernelStatus& status) {
    const std::set<netlink::SaId> of_manual = manual.sa_ids();
    status.wanted.sas = tunnels.sa_count() + of_manual.size();
    for (const netlink::SaState& state : had) {
        if (tunnels.owner_of(state.id) != nullptr || of_manual.contains(state.id)) {
            ++status.there.sas;
        } else {
            ++(books.orphaned_sas.contains(state.id) ? status.inherited : status.others).sas;
        }
    }
}

// Claims of an earlier process are no wishes.
bool is_wanted(std::optional<netlink::Rank> rank) { return rank && *rank >= netlink::Rank::block; }

void count_policies(const std::vector<netlink::PolicyState>& had, const netlink::PolicyTable& table,
                    api::KernelStatus& status) {
    for (const netlink::PolicyId& id : table.all()) {
        if (is_wanted(table.standing_rank(id))) ++status.wanted.policies;
    }
    for (const netlink::PolicyState& state : had) {
        const auto rank = table.standing_rank(state.policy.id);
        if (!rank || !netlink::is_our_index(state.policy.index)) {
            ++status.others.policies;
        } else {
            ++(is_wanted(rank) ? status.there : status.inherited).policies;
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
    count_policies(*policies, books.policies, status);
    return status;
}

}  // namespace xfrmd::daemon
