// Compares what is wanted with what the kernel has, and repairs: after a start, after notices were lost, after somebody
// else's hand. Touches our own objects only: policies whose index is ours, and SAs that they lead to. An SA that has
// gone is never put back, for its sequence numbers and IVs would start again (RFC 4303 3.3.3, RFC 4106 2): its tunnel
// is told to the caller, who negotiates another one.
#pragma once

#include <chrono>
#include <string>

#include "netlink/books.h"

namespace xfrmd::netlink {

struct Drift {
    std::vector<InstalledTunnel> broken;  // one or both of their SAs are gone
    std::vector<std::string> repaired;    // one sentence each
    std::vector<std::string> failed;      // what could not be repaired, with the kernel's words
    bool none() const { return broken.empty() && repaired.empty() && failed.empty(); }
};

// From before this process: they carry packets until somebody claims them, or retire() ends them.
struct Inheritance {
    std::size_t policies = 0;
    std::size_t sas = 0;
};

class Reconciler {
public:
    // `books` outlive it.
    explicit Reconciler(Books& books) : books_(books) {}

    // At start, before anything is installed: whatever an earlier process left behind is entered in the books. Its SAs
    // get a hard limit, `life` from `now` (the kernel's wall clock), so that they end even if nobody is there to do it.
    KernelResult<Inheritance> inherit(std::chrono::sys_seconds now, std::chrono::seconds life);
    // Also ends inherited SAs that new ones have replaced for longer than from one run to the next. Errors: the kernel
    // could not be listed; nothing was changed.
    KernelResult<Drift> run();
    // Removes what was inherited and never claimed.
    KernelResult<void> retire();

private:
    void check_policies(const std::vector<PolicyState>& had, Drift& drift);
    void check_policy(const PolicyId& id, const PolicyState* had, std::vector<Change>& changes, Drift& drift);
    void check_sas(const std::vector<SaState>& had, Drift& drift);
    void end_replaced_sas();
    void repair(const std::vector<Change>& changes, Drift& drift);

    Books& books_;
};

}  // namespace xfrmd::netlink
