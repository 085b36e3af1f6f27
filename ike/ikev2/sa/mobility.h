// What an IKE SA knows of its own mobility (RFC 4555), and of where its peer was seen last. Goes on to the IKE SA that
// takes its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ike/base/address.h"
#include "ike/base/bytes.h"
#include "ike/base/instant.h"

namespace xfrmd::ikev2::sa {

inline constexpr std::size_t kMostAddresses = 8;  // beside the one in use, of either end

struct Mobility {
    bool agreed = false;                        // both have said MOBIKE_SUPPORTED
    bool decides = false;                       // began the first IKE SA of the line, so it chooses the path (3.5)
    std::vector<base::Address> elsewhere = {};  // where the peer says that it is, too (3.4, 3.6)
    std::vector<base::Address> told = {};       // the same of ours, as the peer knows it
    std::uint32_t moves = 0;                    // how often the path has changed: what was asked before is out of date
    bool children_wait = false;                 // the path is new, and nobody has answered on it
    unsigned sought = 0;                        // other addresses of the peer's that were tried since it was heard
    base::Bytes seen_as = {};                   // the hash of our end that the peer told last (3.8); empty: none
    base::Instant led_at{};                     // when children were moved last to where a NAT shows the peer
    base::Instant lead_at = base::kNever;       // when they will be
};

}  // namespace xfrmd::ikev2::sa
