#include "daemon/vici/followers.h"

#include <algorithm>

namespace xfrmd::daemon::vici {

bool Followers::any(std::string_view event) const {
    return std::any_of(clients_.begin(), clients_.end(),
                       [event](const auto& client) { return client->follows(event); });
}

void Followers::tell(std::string_view event, const Section& message) {
    if (!any(event)) return;
    const auto frame = encode(Packet{PacketType::event, std::string(event), message});
    if (!frame) return;
    for (const auto& client : clients_) client->put_event(event, *frame);
    if (wake_) wake_();
}

}  // namespace xfrmd::daemon::vici
