// Certificates and keys that clients send as octets in the place where swanctl.conf has names of files; files with
// absolute paths, and objects in tokens, they may name as well. For one message.
#pragma once

#include "daemon/config/files.h"
#include "daemon/config/named_credentials.h"
#include "ike/crypto/credentials.h"

namespace xfrmd::daemon {

class ClientCredentials final : public NamedCredentials {
public:
    // `files` outlives it. Without `ml_dsa` whatever has a key of it is refused.
    ClientCredentials(const Files& files, bool ml_dsa) : files_(files), ml_dsa_(ml_dsa) {}

    base::Result<crypto::Certificate> certificate(std::string_view octets) override;
    base::Result<crypto::Certificate> authority(std::string_view octets) override;
    base::Result<crypto::PublicKey> public_key(std::string_view octets) override;
    base::Result<crypto::Certificate> common_authority(std::string_view octets) override;
    base::Result<crypto::Certificate> common_authority(const TokenObject& object) override;
    // Not from clients: a token may make one wait, and nobody waits here.
    base::Result<crypto::Certificate> certificate(const TokenObject& object) override;
    base::Result<crypto::Certificate> authority(const TokenObject& object) override;

    // What has been read, but common authorities.
    crypto::Credentials::Parts take() { return std::move(parts_); }

private:
    base::Result<crypto::Certificate> read(std::string_view octets);
    base::Result<crypto::Certificate> read_ca(std::string_view octets);
    base::Result<void> admit(const crypto::PublicKey& key) const;

    const Files& files_;
    bool ml_dsa_;
    crypto::Credentials::Parts parts_;
};

}  // namespace xfrmd::daemon
