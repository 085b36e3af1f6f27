// Two rekeyings of one SA, ours and the peer's, that crossed (RFC 7296 2.8.1, 2.8.2), in the same words wherever it
// shows. Whoever looks after gateways may count them.
#pragma once

#include <string>

namespace xfrmd::ikev2::exchange {

enum class Winner { ours, the_peers };

inline std::string crossing(const std::string& what, Winner winner) {
    return "rekeyings of " + what + " crossed; " + (winner == Winner::ours ? "ours" : "the peer's") + " goes on";
}

}  // namespace xfrmd::ikev2::exchange
