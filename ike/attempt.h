// What is told of an attempt of ours, for whoever follows what happens to IKE SAs. Values only.
#pragma once

#include <cstdint>

#include "ike/base/address.h"
#include "ike/policy/identity.h"
#include "ike/policy/proposal.h"

namespace xfrmd::ike {

// An IKE SA that we have begun and that never stood, as it was when it failed.
struct Attempt {
    base::Endpoint local;
    base::Endpoint remote;
    std::uint64_t spi_i = 0;
    std::uint64_t spi_r = 0;  // 0 while not known
    bool nat_local = false;
    bool nat_remote = false;
    policy::Proposal proposal = {};   // without transforms while not agreed on
    policy::Identity local_id = {};   // any before IKE_AUTH
    policy::Identity remote_id = {};  // whom we have looked for
};

}  // namespace xfrmd::ike
