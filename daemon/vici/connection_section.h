// Configured connections as vici's list-conn shows them.
#pragma once

#include "daemon/vici/message.h"
#include "ike/crypto/credentials.h"
#include "ike/policy/connection.h"

namespace xfrmd::daemon::vici {

// `credentials`: of the same configuration, for the subjects of certificates that it names; nullptr: there are none.
Section connection_section(const policy::Connection& connection, const crypto::Credentials* credentials);

}  // namespace xfrmd::daemon::vici
