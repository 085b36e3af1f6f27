// One section of swanctl.conf's `connections` as a policy::Connection.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/config/credential_files.h"
#include "daemon/config/error_list.h"
#include "daemon/config/settings_view.h"
#include "ike/policy/connection.h"

namespace xfrmd::daemon {

// The UDP ports of this host that IKE has, with NAT traversal and without.
struct IkePorts {
    std::uint16_t ike = 500;
    std::uint16_t nat = 4500;
};

// What the command line says about every connection.
struct HostSettings {
    IkePorts ports;
    bool fail_closed = false;                                     // of connections that do not say
    TokenReader* tokens = nullptr;                                // nullptr: none are to be had
    bool ml_dsa = false;                                          // is taken where somebody signs (policy::kMlDsaDraft)
    std::uint32_t replay_window = policy::Child().replay_window;  // of children that do not say
};

// What connections and children get that name none, and the ports they may name.
struct ConnectionDefaults {
    HostSettings host;
    std::vector<policy::Proposal> ike = policy::default_proposals(policy::ProtocolId::ike);
    std::vector<policy::Proposal> esp = policy::default_proposals(policy::ProtocolId::esp);
};

// Worth something only where nothing was added to `errors`.
policy::Connection read_connection(const settings::View& section, const ConnectionDefaults& defaults,
                                   NamedCredentials& credentials, ErrorList& errors);

}  // namespace xfrmd::daemon
