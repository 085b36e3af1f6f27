// One event for each state that an SA comes to, as strongSwan has them where it is patched for FRR's nhrpd, which
// counts the children of each pair of addresses by their unique ids.
#pragma once

#include <string_view>

#include "daemon/api/model.h"
#include "daemon/vici/followers.h"

namespace xfrmd::daemon::vici {

class StateEvents {
public:
    // Outlives it.
    explicit StateEvents(Followers& followers) : followers_(followers) {}

    // "established", "destroying"
    void tell(std::string_view state, const api::IkeSaView& sa);
    // "installed", "rekeyed", "destroying": of this child alone.
    void tell(std::string_view state, const api::IkeSaView& sa, const api::ChildSaView& child);

private:
    Followers& followers_;
};

}  // namespace xfrmd::daemon::vici
