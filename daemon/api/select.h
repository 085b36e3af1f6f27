// Which SAs and connections a request means, and when a page is full. Pure; for the Service's implementation, which
// walks its SAs in ascending order and offers each one. Matching is exact but for `peer`, which takes a prefix for
// addresses.
#pragma once

#include <optional>

#include "daemon/api/service.h"

namespace xfrmd::daemon::api {

// The SA with the children that match, nullopt where it does not match. kind `ike`: without any child; kind `child`:
// only if a child matches. Without a kind, `state` is the IKE SA's or that of the children which are kept.
std::optional<IkeSaView> select(const SaFilter& filter, IkeSaView sa);

bool matches(const SaFilter& filter, const ManualSaView& sa);

// Adds the SA (or connection) if it matches. False when the page is full and the walk should end; then `more` is set
// (for manual SAs, which come behind all others, `more_manual`).
bool offer(const SaQuery& query, SaPage& page, IkeSaView sa);
bool offer(const SaQuery& query, SaPage& page, ManualSaView sa);
bool offer(const ConnectionQuery& query, ConnectionPage& page, ConnectionView connection);

}  // namespace xfrmd::daemon::api
