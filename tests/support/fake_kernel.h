// A kernel that only remembers: what an engine asked to install and to remove, with an answer for each installation
// that a test may decide or hold back. What an engine must not ask for is kept as a complaint.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ike/actions.h"
#include "ike/inputs.h"

namespace xfrmd::tests {

class FakeKernel {
public:
    // nullopt: installed; else why not.
    std::function<base::Result<void>(const ike::ChildInstall&)> verdict;

    ike::ChildInstalled install(ike::ChildInstall child);
    // Packets go out on it from now on.
    void use(ike::ChildSaId child);
    void remove(ike::ChildSaId child);
    // Of the children of this name the one that packets go out on: installed last without being deferred, or used last;
    // nullptr without any.
    const ike::ChildInstall* outbound(const std::string& child_name) const;

    const std::map<ike::ChildSaId, ike::ChildInstall>& children() const { return children_; }
    // In the order of their numbers.
    std::vector<const ike::ChildInstall*> list() const;
    const std::vector<std::string>& complaints() const { return complaints_; }

private:
    std::map<ike::ChildSaId, ike::ChildInstall> children_;
    std::vector<ike::ChildSaId> used_;  // in this order; may have gone
    std::set<ike::ChildSaId> refused_;  // and whose refusal the engine may not know yet
    std::vector<std::string> complaints_;
};

// Empty where `ours` and `theirs` are the two ends of one child SA: SPIs and keys crossed, selectors mirrored, the same
// suite and mode; else what is wrong.
std::string mismatch(const ike::ChildInstall& ours, const ike::ChildInstall& theirs);

// Empty where each child of one kernel has its other end in the other.
std::string disagreement(const FakeKernel& ours, const FakeKernel& theirs);

}  // namespace xfrmd::tests
