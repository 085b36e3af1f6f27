// swanctl.conf, and what it includes, as the configuration that engines work with. The whole file is honoured or
// nothing of it: what xfrmd cannot do yet, does not know or cannot make sense of is an error that names it, with file,
// line and column. To be called at start and on reload, outside of any engine.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "daemon/config/config_error.h"
#include "daemon/config/files.h"
#include "daemon/config/swanctl_authority.h"
#include "daemon/config/swanctl_connection.h"
#include "daemon/config/swanctl_shared_secret.h"
#include "ike/policy/configuration.h"

namespace xfrmd::daemon {

struct LoadResult {
    policy::Configuration configuration;
    std::vector<KindOfSecret> other_secrets;  // none of IKE or PPK
    std::vector<Authority> authorities;       // which the credentials of the configuration have as well
    // Of private keys in tokens: the key's id (see Objects::load_key) by its handle, both hexadecimal.
    std::map<std::string, std::string> token_keys;
    std::vector<std::string> warnings;  // what works, but perhaps not as meant
};

// Errors: a syntax error alone, else up to ErrorList::kMost errors of the file.
tl::expected<LoadResult, ConfigErrors> load_swanctl(const Files& files, const std::string& path,
                                                    const HostSettings& host = {});

// For people, as `xfrmd --check` shows it: one line each, ending with a line break.
std::string print(const LoadResult& result);
std::string print(const ConfigErrors& errors);

}  // namespace xfrmd::daemon
