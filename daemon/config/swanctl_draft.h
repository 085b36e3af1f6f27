// What setters of swanctl.conf's keys write to: the parts of a configuration that is being made.
#pragma once

#include <string>
#include <vector>

#include "daemon/config/complaint.h"
#include "daemon/config/credential_files.h"
#include "daemon/config/swanctl_value.h"
#include "ike/policy/configuration.h"

namespace xfrmd::daemon {

// What a round names, until it is read.
struct RoundFiles {
    std::vector<std::string> certs;
    std::vector<std::string> cacerts;
    std::vector<std::string> pubkeys;
    std::vector<TokenObject> token_certs;  // in tokens, after those in files
    std::vector<TokenObject> token_cacerts;
};

// `authorities.NAME`: files in folders, or with a path of their own.
struct AuthorityDraft {
    std::string cacert;
    std::string file;
    crypto::RevocationUris uris;
    std::string cert_uri_base;
};

// What the section being read is about; a key's place says which of these are there.
struct Draft {
    policy::Connection* connection = nullptr;
    policy::AuthRound* round = nullptr;
    bool is_remote = false;  // the round
    std::uint32_t* round_number = nullptr;
    RoundFiles* files = nullptr;
    std::string* certificate_file = nullptr;
    TokenObject* token = nullptr;
    policy::Child* child = nullptr;
    policy::SharedSecret* secret = nullptr;
    KeySecret* key_secret = nullptr;
    AuthorityDraft* authority = nullptr;
    base::SecretBytes* pin = nullptr;
    policy::ManualSa* manual = nullptr;
    policy::XfrmInterface* interface = nullptr;
    policy::Pool* pool = nullptr;
};

// The error says what is wrong with the value; for secrets it never holds it.
using Verdict = Read<void>;
using Setter = Verdict (*)(const Draft&, const Value&);

}  // namespace xfrmd::daemon
