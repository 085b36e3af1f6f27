// Policies that stand without an SA of their own: traps (the kernel asks for a tunnel with ACQUIRE), blocks and passes.
// Each set is put there whole or not at all. Where a tunnel has the same selector it stands instead, and they come back
// when it goes.
#pragma once

#include "netlink/books.h"

namespace xfrmd::netlink {

class StandingPolicies {
public:
    // `books` outlive it.
    explicit StandingPolicies(Books& books) : books_(books) {}

    // The claimant is for take_away(). Error: the first refusal, with the change in words; nothing stays behind.
    KernelResult<Claimant> put(Rank rank, const std::vector<PolicySpec>& policies);
    // What is gone already is not an error.
    KernelResult<void> take_away(Claimant claimant, const std::vector<PolicySpec>& policies);

private:
    Books& books_;
};

}  // namespace xfrmd::netlink
