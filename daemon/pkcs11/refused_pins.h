// PINs that tokens have refused. Tokens count wrong ones and lock themselves, so that none may be tried there again.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ike/base/secret_bytes.h"

namespace xfrmd::daemon::pkcs11 {

class RefusedPins {
public:
    static constexpr std::size_t kMostOfToken = 16;

    // `token`: as of Module::token_in.
    void add(const std::string& token, const base::SecretBytes& pin);
    // Why it is not tried at that token, in one sentence; empty: it may be.
    std::string objection(const std::string& token, const base::SecretBytes& pin) const;

private:
    std::map<std::string, std::vector<base::SecretBytes>> refused_;
};

}  // namespace xfrmd::daemon::pkcs11
