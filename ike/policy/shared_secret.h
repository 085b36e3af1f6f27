// A pre-shared key and whom it is for; no owners: for everybody (strongSwan's rule for `secrets.ike*`).
#pragma once

#include <string>
#include <vector>

#include "ike/base/secret_bytes.h"
#include "ike/policy/identity.h"

namespace xfrmd::policy {

struct SharedSecret {
    std::string name;
    base::SecretBytes secret;
    std::vector<Identity> owners;
};

}  // namespace xfrmd::policy
