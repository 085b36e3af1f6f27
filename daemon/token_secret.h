// What the tokens of quick crash detection are made of (RFC 6290 5.1): 32 octets in a file of mode 0600 that outlives
// the daemon, made where there is none. It stays locked: of two that share a secret each would give away the tokens of
// the other one's IKE SAs (9.1). A file that anybody else can read or write, or that holds anything else, is left
// alone.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "daemon/descriptor.h"
#include "ike/base/secret_bytes.h"

namespace xfrmd::daemon {

class TokenSecret {
public:
    // The path's last folder is made where it is missing. The error is one sentence, with the path.
    static tl::expected<TokenSecret, std::string> open(const std::string& path);

    const base::SecretBytes& bytes() const { return bytes_; }

private:
    TokenSecret(Descriptor file, base::SecretBytes bytes) : file_(std::move(file)), bytes_(std::move(bytes)) {}

    Descriptor file_;
    base::SecretBytes bytes_;
};

}  // namespace xfrmd::daemon
