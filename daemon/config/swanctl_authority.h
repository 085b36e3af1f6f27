// `authorities.NAME`: where to ask about what a CA has issued, beside what its certificates say.
#pragma once

#include <optional>
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

// A CA that any peer's certificate may be of, as with strongSwan, and where to ask about what it has issued.
struct Authority {
    std::string name;
    crypto::Certificate certificate;
    crypto::RevocationUris uris;
    std::string cert_uri_base;

    friend bool operator==(const Authority&, const Authority&) = default;
};

// `path`: "authorities.NAME". Nothing where something was added to `errors`.
std::optional<Authority> read_authority(const settings::View& section, const std::string& path,
                                        NamedCredentials& credentials, ErrorList& errors);

}  // namespace xfrmd::daemon
