// The manual SAs that are configured, in the kernel: put there, kept there, replaced when their configuration changes,
// and looked at. Unlike negotiated SAs they may be put back when they have gone: nobody looks at their sequence numbers
// (RFC 4303 3.3.3), and of the ciphers only CBC is among them, whose IVs start anew with a random salt in Linux
// (echainiv). One thread.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "ike/policy/manual_sa.h"
#include "netlink/books.h"
#include "netlink/standing_policies.h"

namespace xfrmd::daemon {

struct ManualSaStatus {
    bool installed = false;
    netlink::Reqid reqid{};
    std::string error;  // what went wrong last, as why it is not installed
};

struct ManualSaCounters {
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t packets_in = 0;
    std::uint64_t packets_out = 0;
};

// One sentence each.
struct ManualRepair {
    std::vector<std::string> repaired;
    std::vector<std::string> failed;
};

class ManualSas {
public:
    // 0 where there is no such interface.
    using InterfaceIndex = std::function<std::uint32_t(const std::string& name)>;

    // `books` outlive it. Without `interface_index` Linux is asked.
    explicit ManualSas(netlink::Books& books, InterfaceIndex interface_index = nullptr);

    // From now on these are wanted: installs what is new or has changed, removes what has gone. One sentence for each
    // that could not be installed, of which nothing stands then; where it was to replace another one, that one's
    // policies stay and keep its traffic from going out in the clear. repair() tries again.
    std::vector<std::string> update(std::span<const policy::ManualSa> wanted);
    // The first error is returned after everything was tried.
    netlink::KernelResult<void> remove_all();
    // Puts back SAs that are missing in what the kernel `had`, and tries again what could not be installed. Policies
    // are the Reconciler's.
    ManualRepair repair(std::span<const netlink::SaState> had);

    std::size_t size() const { return entries_.size(); }
    // Of those that could be installed.
    std::set<netlink::SaId> sa_ids() const;
    // One of theirs, that is or was in the kernel.
    bool has(const netlink::SaId& sa) const;
    // In ascending order of name, those behind `after`, until the visitor says false.
    using Visitor = std::function<bool(const policy::ManualSa& sa, const ManualSaStatus& status)>;
    void visit(const std::string& after, const Visitor& visitor) const;
    // Zeros for what the kernel does not tell.
    ManualSaCounters counters(const policy::ManualSa& sa);

private:
    struct Hold {
        netlink::Claimant claimant{};
        std::vector<netlink::PolicySpec> policies;
    };
    struct Entry {
        policy::ManualSa sa;
        ManualSaStatus status;
        std::vector<netlink::Selector> selectors;
        std::vector<netlink::SaId> sas;  // in the kernel
        std::vector<Hold> holds;         // the last one is its own, while it is installed
    };
    using Outcome = tl::expected<void, std::string>;

    Outcome install(Entry& entry);
    Outcome install_whole(Entry& entry);
    netlink::KernelResult<void> add_sas(Entry& entry, std::vector<netlink::SaSpec> specs);
    netlink::KernelResult<void> replace(const netlink::Change& addition, const netlink::SaId& id);
    bool is_negotiated(const netlink::SaId& id) const;
    // The SAs go, the policies stay.
    netlink::KernelResult<void> end_sas(Entry& entry);
    netlink::KernelResult<void> release(std::vector<Hold> holds);
    void repair_entry(Entry& entry, const std::map<netlink::SaId, const netlink::SaState*>& had, ManualRepair& repair);
    void repair_sas(Entry& entry, const std::map<netlink::SaId, const netlink::SaState*>& had, ManualRepair& repair);

    netlink::Books& books_;
    netlink::StandingPolicies policies_;
    InterfaceIndex interface_index_;
    std::map<std::string, Entry> entries_;  // by name
};

}  // namespace xfrmd::daemon
