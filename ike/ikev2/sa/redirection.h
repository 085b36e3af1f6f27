// Being sent to another gateway, and sending a peer there (RFC 5685): what an IKE SA knows of it, and how often a
// connection has gone along, so that a loop ends (7).
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "ike/base/address.h"
#include "ike/base/instant.h"

namespace xfrmd::ikev2::sa {

struct Options;

struct Redirection {
    std::optional<base::Address> from;    // as initiator: the gateway that has sent us to this one
    std::optional<base::Address> wanted;  // where the peer wants us now; the engine sees to it after the event
    bool peer_follows = false;            // as responder: the peer has said that it can be sent elsewhere
};

// Of all connections of an engine, and no longer than Options::redirect_period.
class RedirectHistory {
public:
    // One more. False, and nothing is noted, where there were as many as may be.
    bool note(const std::string& connection, base::Instant now, const Options& options);

private:
    struct Followed {
        base::Instant at;
        std::string connection;
    };
    std::deque<Followed> followed_;  // the oldest first
    std::unordered_map<std::string, unsigned> counts_;
};

}  // namespace xfrmd::ikev2::sa
