// Whose turn is first where more datagrams come than can be served: RFC 8019 4.1 has legitimate peers served before
// those who may be anybody.
#pragma once

#include <cstddef>
#include <cstdint>

namespace xfrmd::ike {

enum class Rank : std::uint8_t {
    established,  // for an established IKE SA
    half_open,    // for one that is becoming established, begun by either side
    returning,    // a first request with a cookie, which may be ours, or from where a peer was authenticated before
    fresh,        // any other first request, and what is for nobody we know
};

inline constexpr std::size_t kRanks = 4;

}  // namespace xfrmd::ike
