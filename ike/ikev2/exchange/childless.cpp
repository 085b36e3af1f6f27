#include "ike/ikev2/exchange/childless.h"

#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

using base::Reason;
using policy::Childless;

std::optional<wire::Payload> childless_notify(const policy::Connection& connection) {
    if (connection.childless == Childless::never) return std::nullopt;
    return notify(wire::NotifyType::childless_ikev2_supported);
}

base::Result<bool> goes_childless(const policy::Connection& connection, const wire::Payloads& response) {
    const bool peer_can = response.find(wire::NotifyType::childless_ikev2_supported) != nullptr;
    if (connection.childless == Childless::force && !peer_can) {
        return base::fail(Reason::PeerRefused, "it takes no IKE_AUTH without a child, and childless is force");
    }
    return peer_can && (connection.childless == Childless::prefer || connection.childless == Childless::force);
}

base::Result<void> match_childless(const policy::Connection& connection, wire::Shape request) {
    const bool is_childless = request == wire::Shape::childless;
    if (is_childless && connection.childless == Childless::never) {
        return base::fail(Reason::PayloadMissing, "IKE_AUTH without SA, TSi and TSr, and childless is never");
    }
    if (!is_childless && connection.childless == Childless::force) {
        return base::fail(Reason::PayloadUnexpected, "IKE_AUTH with SA, TSi and TSr, and childless is force");
    }
    return {};
}

}  // namespace xfrmd::ikev2::exchange
