// A Kernel without a kernel: tables that answer as Linux would (EEXIST, ESRCH, ENOENT, EINVAL, ENOSYS for algorithms
// that netlink/algorithms.h does not have), for tests, simulations and benchmarks. No packet ever passes, so counters
// stay 0. What it holds can be looked at, keys included.
#pragma once

#include <map>

#include "netlink/kernel.h"

namespace xfrmd::netlink {

class MemoryKernel final : public Kernel {
public:
    std::vector<KernelResult<void>> apply(std::span<const Change> changes) override;
    KernelResult<SaState> find_sa(const SaId& id) override;
    KernelResult<SaSpec> read_sa(const SaId& id) override;
    KernelResult<PolicyState> find_policy(const PolicyId& id) override;
    KernelResult<std::vector<SaState>> list_sas() override;
    KernelResult<std::vector<PolicyState>> list_policies() override;
    KernelResult<void> probe() override { return {}; }

    // SAs and policies added from now on carry this time.
    void set_time(std::chrono::sys_seconds now) { now_ = now; }

    // A device that does this kind of offload, and crypto in any case. There is none otherwise.
    void add_device(std::uint32_t interface, OffloadKind most) { devices_.insert_or_assign(interface, most); }

    // As packets do: the SA has sent and received up to these numbers.
    void advance(const SaId& id, std::uint64_t sent, std::uint64_t received);

    // As a packet makes one that has met a template without SA; takes the place of what is there.
    void put_larval(const SaId& id, const base::Address& source, Reqid reqid);

    // As they were asked for, but without an offload that was not obtained. nullptr where there is none; good until the
    // next change.
    const SaSpec* sa(const SaId& id) const;
    const PolicySpec* policy(const PolicyId& id) const;
    std::size_t sa_count() const { return sas_.size(); }
    std::size_t policy_count() const { return policies_.size(); }
    bool empty() const { return sas_.empty() && policies_.empty(); }

private:
    struct Sa {
        SaSpec spec;
        std::chrono::sys_seconds added;
    };
    struct Policy {
        PolicySpec spec;
        std::uint32_t index;  // as it was obtained
        std::chrono::sys_seconds added;
    };
    using Sas = std::map<SaId, Sa>;
    using Policies = std::map<PolicyId, Policy, PolicyIdOrder>;

    KernelResult<void> make(const AddSa& change);
    KernelResult<void> make(const UpdateSa& change);
    KernelResult<void> make(const DeleteSa& change);
    KernelResult<void> make(const AddPolicy& change);
    KernelResult<void> make(const UpdatePolicy& change);
    KernelResult<void> make(const DeletePolicy& change);

    bool does(const Offload& offload) const;
    KernelResult<void> check_offload(const std::optional<Offload>& offload) const;
    KernelResult<void> check_offload(const PolicySpec& policy) const;
    Sas::const_iterator find(const SaId& id) const;
    Policies::const_iterator find(const DeletePolicy& change) const;
    std::uint32_t free_index(const PolicySpec& policy);
    void insert(const PolicySpec& policy, std::uint32_t index);

    Sas sas_;
    Policies policies_;
    std::map<std::uint32_t, PolicyId> by_index_;
    std::map<std::uint32_t, OffloadKind> devices_;
    std::uint32_t next_number_ = 1;
    std::chrono::sys_seconds now_;
};

}  // namespace xfrmd::netlink
