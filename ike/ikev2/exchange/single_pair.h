// A peer that takes children for a single pair of addresses only (SINGLE_PAIR_REQUIRED, RFC 7296 2.9): what is asked
// for in place of a child that it has refused. We never require that of a peer.
#pragma once

#include <vector>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// What of these is this address's, protocols and ports as they were.
policy::TrafficSelectors of_address(const policy::TrafficSelectors& selectors, const base::Address& address);

// Of a packet that wants a child.
sa::AddressPair pair_of(const policy::TriggeringPacket& packet);

// Has the child packets between these?
bool serves(const sa::ChildSa& child, const sa::AddressPair& pair);

// Queues what takes the place of a refused child: where a packet wanted it, the child of that packet's addresses; else
// one for each pair of the hosts that it was for, if these are a handful. The first of them is what whoever asked
// waits for. False, and nothing is queued: there are too many, or it was for a pair already.
bool ask_for_pairs(sa::Step& step, const sa::ProposedChild& refused);

}  // namespace xfrmd::ikev2::exchange
