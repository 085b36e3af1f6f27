#include "daemon/vici/state_events.h"

#include <string>
#include <utility>

#include "daemon/vici/sa_section.h"
#include "daemon/vici/text.h"

namespace xfrmd::daemon::vici {

void StateEvents::tell(std::string_view state, const api::IkeSaView& sa) {
    const std::string event = "ike-state-" + std::string(state);
    if (!followers_.any(event)) return;
    Section message;
    message.add_section(sa.conn, ike_section(sa)).add_section("child-sas");
    followers_.tell(event, message);
}

// Under its bare name: who follows tells children apart by their unique ids.
void StateEvents::tell(std::string_view state, const api::IkeSaView& sa, const api::ChildSaView& child) {
    const std::string event = "child-state-" + std::string(state);
    if (!followers_.any(event)) return;
    Section message;
    Section& children = message.add_section(sa.conn, ike_section(sa)).add_section("child-sas");
    children.add_section(child.child, child_section(child, upper_case(state)));
    followers_.tell(event, message);
}

}  // namespace xfrmd::daemon::vici
