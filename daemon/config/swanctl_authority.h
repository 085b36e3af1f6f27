// `authorities.NAME`: where to ask about what a CA has issued, beside what its certificates say.
#pragma once

#include <string>

#include "daemon/config/credential_files.h"
#include "daemon/config/error_list.h"
#include "daemon/config/settings_view.h"
#include "daemon/config/swanctl_draft.h"

namespace xfrmd::daemon {

Verdict set_authority_cacert(const Draft& draft, const Value& value);
Verdict set_authority_file(const Draft& draft, const Value& value);
Verdict set_crl_uris(const Draft& draft, const Value& value);
Verdict set_ocsp_uris(const Draft& draft, const Value& value);
Verdict set_cert_uri_base(const Draft& draft, const Value& value);

// Puts what the section says into `credentials`; its CA is one that any peer's certificate may be of, as with
// strongSwan. `path`: "authorities.NAME".
void read_authority(const settings::View& section, const std::string& path, CredentialFiles& credentials,
                    ErrorList& errors);

}  // namespace xfrmd::daemon
