// What the set keeps of each of its objects.
#pragma once

#include <memory>

#include "daemon/config/swanctl_authority.h"
#include "daemon/config/swanctl_shared_secret.h"
#include "daemon/objects/credential_join.h"
#include "daemon/objects/origin.h"
#include "ike/policy/configuration.h"

namespace xfrmd::daemon {

struct ConnectionEntry {
    std::shared_ptr<const policy::Connection> connection;
    std::shared_ptr<const CredentialParts> brings;  // certificates and keys of its message; nullptr: none
    Origin from = Origin::files;
};

struct SecretEntry {
    std::shared_ptr<const policy::SharedSecret> secret;
    SecretKind kind = SecretKind::ike;
    Origin from = Origin::files;
};

struct AuthorityEntry {
    Authority authority;
    Origin from = Origin::files;
};

struct PoolEntry {
    policy::Pool pool;
    Origin from = Origin::files;
};

}  // namespace xfrmd::daemon
