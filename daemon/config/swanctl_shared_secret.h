// The sections of swanctl.conf's `secrets` that hold a shared secret: ike*, ppk*, eap*, xauth*, ntlm*.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/config/error_list.h"
#include "daemon/config/settings_view.h"
#include "ike/policy/configuration.h"

namespace xfrmd::daemon {

// Nothing asks yet for those of EAP, XAuth and NTLM.
enum class SecretKind : std::uint8_t { ike, ppk, eap, xauth, ntlm };

struct KindOfSecret {
    SecretKind kind = SecretKind::ike;
    policy::SharedSecret secret;
};

// By how the section's name begins; nullopt where it holds something else, or nothing that is known.
std::optional<SecretKind> kind_of_secret(std::string_view section);

// Worth something only where nothing was added to `errors`, which never hold a value.
KindOfSecret read_shared_secret(const settings::View& section, SecretKind kind, const std::string& path,
                                ErrorList& errors);

}  // namespace xfrmd::daemon
