// What an engine counts of all that it has others do in one turn.
#pragma once

#include "ike/actions.h"
#include "ike/counters.h"
#include "ike/sa_table.h"

namespace xfrmd::ike {

inline constexpr std::size_t kMarkerSize = 4;  // RFC 3948 2.2

void count(const Actions& actions, const SaTable& table, std::uint16_t nat_port, Counters& counters);

}  // namespace xfrmd::ike
