// What sections name of certificates and keys, wherever it is to be had: in files, in tokens, or in the section itself.
#pragma once

#include <string_view>

#include "daemon/config/token_reader.h"
#include "ike/base/result.h"
#include "ike/crypto/certificate.h"

namespace xfrmd::daemon {

class NamedCredentials {
public:
    virtual ~NamedCredentials() = default;

    // An end's, a CA's, a key without a certificate: what is read counts for whoever names it. Error:
    // ConfigurationInvalid.
    virtual base::Result<crypto::Certificate> certificate(std::string_view name) = 0;
    virtual base::Result<crypto::Certificate> authority(std::string_view name) = 0;
    virtual base::Result<crypto::PublicKey> public_key(std::string_view name) = 0;
    // In tokens. Error: ConfigurationInvalid.
    virtual base::Result<crypto::Certificate> certificate(const TokenObject& object) = 0;
    virtual base::Result<crypto::Certificate> authority(const TokenObject& object) = 0;
    // A CA that counts for everybody.
    virtual base::Result<crypto::Certificate> common_authority(std::string_view name) = 0;
    virtual base::Result<crypto::Certificate> common_authority(const TokenObject& object) = 0;
};

}  // namespace xfrmd::daemon
