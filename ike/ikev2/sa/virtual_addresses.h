// Virtual addresses of an IKE SA (RFC 7296 2.19): they go with it when it is rekeyed.
#pragma once

#include <vector>

#include "ike/base/address.h"
#include "ike/policy/pool.h"

namespace xfrmd::ikev2::sa {

struct VirtualAddresses {
    std::vector<base::Address> local;         // that the peer has given us
    std::vector<base::Address> remote;        // that it has from us
    std::vector<base::Address> name_servers;  // that came with them
    base::Endpoint leased_at;                 // where the peer was when that was last told
    policy::LeaseHolder holder{};             // of either; none: there are none
    std::vector<base::Address> before;  // those of the IKE SA whose place it is to take (2.8.3): they are asked for
};

}  // namespace xfrmd::ikev2::sa
