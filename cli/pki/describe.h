// `xfrmctl pki show`: what certificates, keys and CRLs in a file say. Of private keys only what is public.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/pki/trouble.h"
#include "ike/base/bytes.h"
#include "ike/base/random.h"

namespace xfrmd::cli::pki {

struct Fact {
    std::string name;  // "not_after"
    std::variant<std::string, bool, std::vector<std::string>> value;
};

struct Description {
    std::string kind;   // certificate, private_key, public_key or crl
    std::string title;  // whose it is
    std::vector<Fact> facts;
};

// All that is in it, in PEM or DER, certificates first. Errors: nothing is, or one of them cannot be read.
Outcome<std::vector<Description>> describe(base::ByteView file, base::Random& random);

}  // namespace xfrmd::cli::pki
