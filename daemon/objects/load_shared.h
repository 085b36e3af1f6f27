// What a client says of a shared secret.
#pragma once

#include <string>
#include <vector>

#include "daemon/objects/origin.h"
#include "ike/base/secret_bytes.h"

namespace xfrmd::daemon {

struct LoadShared {
    std::string id;    // replaces the one with this id; empty: another one without
    std::string type;  // ike, ppk, eap, xauth or ntlm, in any case
    base::SecretBytes data;
    std::vector<std::string> owners;  // none: anybody
    Origin from = Origin::vici;
};

}  // namespace xfrmd::daemon
