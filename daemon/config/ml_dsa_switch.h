// What is said of ML-DSA where nobody has switched it on.
#pragma once

#include <string>

#include "ike/policy/signature_scheme.h"

namespace xfrmd::daemon {

// "ML-DSA-65 is an experiment: xfrmd takes it with --experimental draft-ietf-ipsecme-ikev2-pqc-auth"
inline std::string ml_dsa_is_off(policy::KeyType type) {
    return std::string(policy::name(type)) + " is an experiment: xfrmd takes it with --experimental " +
           std::string(policy::kMlDsaDraft);
}

}  // namespace xfrmd::daemon
