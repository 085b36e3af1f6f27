// What becomes of virtual addresses (RFC 7296 2.19): leases of ours, and what peers have given us.
#pragma once

#include <string>
#include <vector>

#include "ike/base/address.h"
#include "ike/policy/pool.h"

namespace xfrmd::ike {

// The leases that were asked for with LeaseAddresses are wanted no more. Not answered.
struct ReturnAddresses {
    policy::LeaseHolder holder{};
};

// Who holds leases is somewhere else now. Not answered.
struct MoveLeases {
    policy::LeaseHolder holder{};
    base::Endpoint remote;
};

// As initiator: what the peer has given us (RFC 7296 2.19), before the first child that has to do with it. Not
// answered. What may be held by several at once goes with the last of them.
struct HoldAddresses {
    policy::LeaseHolder holder{};
    base::Address local;  // of the IKE SA: the addresses belong where packets to the peer leave
    base::Address remote;
    std::vector<base::Address> addresses;
    std::vector<base::Address> name_servers;
    std::vector<std::string> domains;  // RFC 8598: those alone that they are for; empty: all. Of host names' letters
};
struct DropAddresses {
    policy::LeaseHolder holder{};
};

}  // namespace xfrmd::ike
