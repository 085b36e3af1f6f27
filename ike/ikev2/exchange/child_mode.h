// The mode of a child SA on the wire (RFC 7296 1.3.1): tunnel mode goes without saying, the others are asked for and
// confirmed by a notify. BEET's (draft-nikander-esp-beet-mode) is strongSwan's own, of the private range: strongSwan
// takes it only from a peer that has shown strongSwan's vendor ID.
#pragma once

#include <optional>
#include <vector>

#include "ike/ikev2/exchange/child_negotiation.h"

namespace xfrmd::ikev2::exchange {

// What asks for a mode, and confirms it. Nothing for tunnel mode.
std::optional<wire::Notify> mode_notify(policy::Mode mode);

// For IKE_SA_INIT: what BEET needs, where a child of the connection is for BEET.
std::vector<wire::Payload> vendor_ids(const policy::Connection& connection);

// As responder: a child takes part only in the mode it is configured for; a tunnel is what anybody may be given (RFC
// 7296 1.3.1). As initiator: the answer confirms what was asked for, and nothing else. Error: ModeUnacceptable.
base::Result<void> match_mode(const policy::Child& child, const wire::Payloads& request);
base::Result<void> check_mode(const policy::Child& child, const wire::Payloads& answer);

// BEET puts the one inner address of either side back into the packets, so each side is a single host. Error:
// ModeUnacceptable.
base::Result<void> check_hosts(const NegotiatedChild& child);

}  // namespace xfrmd::ikev2::exchange
