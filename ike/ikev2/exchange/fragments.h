// IKE fragmentation (RFC 7383): whether there is any, and how a message goes out in fragments.
#pragma once

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// N(IKEV2_FRAGMENTATION_SUPPORTED) of IKE_SA_INIT; nothing where the connection has fragmentation = no (2.3).
std::optional<wire::Payload> fragmentation_notify(const policy::Connection& connection);
// What both have said in IKE_SA_INIT; `peer` is the peer's message, ours had the notify if the connection wants it.
sa::Fragmentation agreed_fragmentation(const policy::Connection& connection, const wire::Payloads& peer);

// The message as it goes on the wire on this path, sealed, with markers, in as many datagrams as it takes.
sa::Datagrams seal(sa::Step& step, sa::Keyed& keyed, const wire::Header& header,
                   const std::vector<wire::Payload>& payloads, const sa::Path& path);

}  // namespace xfrmd::ikev2::exchange
