// What an engine has counted since its start.
#pragma once

#include <cstdint>
#include <map>

#include "ike/base/reason.h"
#include "ike/message_counters.h"

namespace xfrmd::ike {

// How often each reason occurred, by its number; and what went well.
struct Counters {
    std::uint64_t datagrams_in = 0;
    std::uint64_t keepalives_in = 0;
    std::uint64_t established = 0;
    std::map<base::Reason, std::uint64_t> reasons;
    MessageCounters messages;
};

}  // namespace xfrmd::ike
