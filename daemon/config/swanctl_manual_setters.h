// Setters for the keys of swanctl.conf's `manual` section that are more than one member. What an SA must keep as a
// whole is policy::faults_of()'s.
#pragma once

#include <string_view>

#include "daemon/config/swanctl_draft.h"

namespace xfrmd::daemon {

inline constexpr std::string_view kManualAuthentication = "hmac-md5-96 hmac-sha1-96 hmac-sha-256-128";
inline constexpr std::string_view kManualEncryption = "des-cbc 3des-cbc aes-128-cbc aes-192-cbc aes-256-cbc";

Verdict set_manual_direction(const Draft& draft, const Value& value);
Verdict set_manual_protocol(const Draft& draft, const Value& value);
Verdict set_manual_mode(const Draft& draft, const Value& value);
Verdict set_manual_local_addrs(const Draft& draft, const Value& value);
Verdict set_manual_remote_addrs(const Draft& draft, const Value& value);
// These need draft.manual->authentication and ->encryption to be there.
Verdict set_authentication_algorithm(const Draft& draft, const Value& value);
Verdict set_authentication_key(const Draft& draft, const Value& value);
Verdict set_encryption_algorithm(const Draft& draft, const Value& value);
Verdict set_encryption_key(const Draft& draft, const Value& value);

}  // namespace xfrmd::daemon
