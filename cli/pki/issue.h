// `xfrmctl pki ca`, `gateway` and `client`: a new key, its certificate, and the files that hold them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/pki/authority.h"
#include "cli/pki/certificate_maker.h"
#include "cli/pki/trouble.h"

namespace xfrmd::cli::pki {

struct IssueOrder {
    Role role = Role::gateway;
    std::string name;                // of the files
    std::string subject;             // a distinguished name; empty: "CN=" and the name
    std::vector<std::string> names;  // of an end, in swanctl's notation; empty: the name
    std::string kind;                // of the key
    std::chrono::days days{};
    std::vector<std::string> crl_uris;
    std::vector<std::string> ocsp_uris;
    std::string folder;                           // where the files go
    std::optional<AuthorityOrder> authority;      // nothing: signed by itself
    std::optional<base::SecretBytes> passphrase;  // of the new key
    bool force = false;
};

struct Issued {
    crypto::Certificate certificate;
    std::vector<std::string> files;
    bool cut = false;     // it ends with its CA, before its days are over
    bool judged = false;  // as xfrmd would judge it; else the way from its CA to a root is not there
};

// Makes x509ca/NAME.pem or x509/NAME.pem, private/NAME.pem, and for an end x509ca/ with its CAs. What xfrmd would not
// accept is not written.
Outcome<Issued> issue(const IssueOrder& order, crypto::WallClock now, base::Random& random);

}  // namespace xfrmd::cli::pki
