// One section of swanctl.conf's `connections` as a policy::Connection.
#pragma once

#include <vector>

#include "daemon/config/error_list.h"
#include "daemon/config/settings_view.h"
#include "ike/policy/connection.h"

namespace xfrmd::daemon {

// What connections and children get that name no proposals.
struct DefaultProposals {
    std::vector<policy::Proposal> ike = policy::default_proposals(policy::ProtocolId::ike);
    std::vector<policy::Proposal> esp = policy::default_proposals(policy::ProtocolId::esp);
};

// Worth something only where nothing was added to `errors`.
policy::Connection read_connection(const settings::View& section, const DefaultProposals& defaults, ErrorList& errors);

}  // namespace xfrmd::daemon
