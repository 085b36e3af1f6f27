// The sections of swanctl.conf that can be loaded as JSON Schemas, from the same table of keys that reads them.
#pragma once

#include "daemon/api/json.h"

namespace xfrmd::daemon::api {

// ConnectionSection, RoundSection, CertificateSection, ChildSection, SecretSection, AuthoritySection, PoolSection
void add_section_schemas(Json& schemas);

}  // namespace xfrmd::daemon::api
