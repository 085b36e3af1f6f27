// Compares what is wanted with what the kernel has, and repairs: after a start, after notices were lost, after somebody
// else's hand. Touches our own objects only: policies whose index is ours, and SAs that they lead to. An SA that has
// gone is never put back, for its sequence numbers and IVs would start again (RFC 4303 3.3.3, RFC 4106 2): its tunnel
// is told to the caller, who negotiates another one.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "netlink/books.h"

namespace xfrmd::netlink {

// Sentences without an end: "the out policy ... was gone".
struct Drift {
    std::vector<InstalledTunnel> broken;  // one or both of their SAs are gone; by their inbound SAs
    std::vector<std::string> repaired;    // what was put back
    std::vector<std::string> removed;     // what was there of ours and should not have been
    std::vector<std::string> failed;      // what could not be repaired, with the kernel's words
    bool none() const { return broken.empty() && repaired.empty() && removed.empty() && failed.empty(); }
};

// From before this process: they carry packets until somebody claims them, their SAs end, or retire() ends them.
struct Inheritance {
    std::size_t policies = 0;
    std::size_t sas = 0;
};

class Reconciler {
public:
    // How long inherited SAs that new ones have replaced are kept: what the peer sent before it knew is on its way.
    static constexpr std::chrono::seconds kGrace{10};

    // `books` outlive it.
    explicit Reconciler(Books& books) : books_(books) {}

    // At start, before anything is installed: whatever an earlier process left behind is entered in the books. Its SAs
    // get a hard limit, `life` from `now` (the kernel's wall clock), so that they end even if nobody is there to do it.
    // Reqids that any SA has are not given out: a trap leads packets into whatever SA has its reqid and addresses.
    KernelResult<Inheritance> inherit(std::chrono::sys_seconds now, std::chrono::seconds life);
    // The whole comparison. Also ends inherited SAs that were replaced kGrace ago or earlier. Errors: the kernel could
    // not be listed; nothing was changed.
    KernelResult<Drift> run(base::Instant now);
    // The same for these policies alone, known or not: what a notice was about. One question to the kernel for each.
    // What cannot be asked for is left to run().
    Drift check(const std::set<PolicyId, PolicyIdOrder>& ids);
    // The kernel says so; a larval SA in its place is none.
    bool is_gone(const SaId& id);
    // An inherited SA has gone.
    void lose_orphan(const SaId& id);
    // Inherited policies that nothing serves any more, since run() or lose_orphan(), would only keep packets from going
    // anywhere. They go in two steps: from lower_unserved() on they are not Books::is_inherited(), and whatever wants
    // to stand in their place can be put there; drop_unserved() removes what nobody has replaced, or still waits to. In
    // between no packet passes in the clear. False: there are none.
    bool lower_unserved();
    KernelResult<void> drop_unserved(const std::function<bool(const PolicyId&)>& is_awaited);
    // The same for all that was inherited: disown(), then retire(), which also removes inherited SAs and what is
    // nobody's.
    void disown();
    KernelResult<void> retire();

private:
    // A change, and what made it necessary.
    struct Repair {
        Change change;
        std::string reason;
    };
    using States = std::map<PolicyId, const PolicyState*, PolicyIdOrder>;

    void adopt(const std::vector<SaState>& sas, const std::vector<PolicyState>& policies);
    States note(const std::vector<PolicyState>& had);
    void check_policies(const std::vector<PolicyId>& ids, const States& had, Drift& drift);
    std::optional<Repair> check_policy(const PolicyId& id, const PolicyState* had, Drift& drift);
    void check_sas(const std::vector<SaState>& had, base::Instant now, Drift& drift);
    void end_replaced_sas(base::Instant now);
    void undo_stand_ins(const std::vector<SaState>& had);
    void lower(const PolicyId& id);
    void repair(std::vector<Repair> repairs, Drift& drift);

    Books& books_;
    std::vector<PolicyId> in_doubt_;  // whether anything serves them
    std::vector<PolicyId> unserved_;  // lowered, and not dropped yet
};

}  // namespace xfrmd::netlink
