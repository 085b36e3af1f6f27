// The certificates and keys beside swanctl.conf, in folders named as strongSwan's: x509, x509ca, x509ocsp, x509crl,
// pubkey, private, rsa, ecdsa, pkcs8 and pkcs12. What is in a folder and cannot be read is left out, with a warning, as
// swanctl does; what a setting names has to be there.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/files.h"
#include "daemon/config/named_credentials.h"
#include "ike/base/secret_bytes.h"
#include "ike/crypto/credentials.h"
#include "ike/crypto/pkcs12.h"

namespace xfrmd::daemon {

// `secrets.private*` and the like: what may open an encrypted key.
struct KeySecret {
    std::string file;  // in its folder, or with a path of its own
    std::vector<base::SecretBytes> passphrases;
};

class CredentialFiles final : public NamedCredentials {
public:
    // `folder`: that of swanctl.conf. `tokens` may be nullptr: none are to be had. Without `ml_dsa`, whatever has a key
    // of it counts as what cannot be read.
    CredentialFiles(const Files& files, std::string folder, TokenReader* tokens, bool ml_dsa)
        : files_(files), folder_(std::move(folder)), tokens_(tokens), ml_dsa_(ml_dsa) {}

    // By their file: relative ones in x509, x509ca or pubkey. Error: ConfigurationInvalid.
    base::Result<crypto::Certificate> certificate(std::string_view file) override;
    base::Result<crypto::Certificate> authority(std::string_view file) override;
    base::Result<crypto::PublicKey> public_key(std::string_view file) override;
    base::Result<crypto::Certificate> certificate(const TokenObject& object) override;
    base::Result<crypto::Certificate> authority(const TokenObject& object) override;
    base::Result<crypto::Certificate> common_authority(std::string_view file) override;
    base::Result<crypto::Certificate> common_authority(const TokenObject& object) override;
    // Where to ask about what this CA has issued, beside what was added before.
    void add_uris(const crypto::Certificate& authority, const crypto::RevocationUris& uris);
    // `pin` may be nullptr. With the key comes its certificate, where the token has it.
    base::Result<crypto::PublicKey> add_key(const TokenObject& object, const base::SecretBytes* pin);
    // `kind`: how the section of the secret is called, without its number: also the folder of its file.
    void add_secret(std::string_view kind, KeySecret secret);

    // After all of these: the folders, and everything as one. Error: ConfigurationInvalid.
    base::Result<std::shared_ptr<const crypto::Credentials>> finish(const std::vector<policy::AuthRound>& rounds);
    const std::vector<std::string>& warnings() const { return warnings_; }

private:
    base::Result<std::vector<crypto::Certificate>> read_certificates(const std::string& path);
    base::Result<crypto::Certificate> read_authority(std::string_view file);
    base::Result<crypto::Certificate> read_certificate(const std::string& path);
    base::Result<crypto::Certificate> add_common(base::Result<crypto::Certificate> authority);
    base::Result<crypto::Certificate> add_named(base::Result<crypto::Certificate> authority);
    base::Result<crypto::Certificate> in_token(const TokenObject& object);
    base::Result<void> admit(const crypto::PublicKey& key) const;
    std::string path_of(std::string_view folder, std::string_view file) const;
    std::vector<std::string> in_folder(std::string_view folder);
    void load_certificates(std::string_view folder);
    void load_responders();
    void load_revocation_lists();
    base::Result<crypto::Crl> read_revocation_list(const std::string& path);
    void load_public_keys();
    void load_private_keys();
    base::Result<crypto::PrivateKey> read_private_key(const std::string& path);
    void load_containers();
    base::Result<crypto::Pkcs12> read_container(const std::string& path);
    void add(std::vector<crypto::Certificate>& to, const crypto::Certificate& certificate);
    void add_found(const std::string& path, std::vector<crypto::Certificate>& to,
                   const crypto::Certificate& certificate);
    void add_found(const std::string& path, crypto::PrivateKey key);
    void warn(const std::string& path, const base::Error& error);

    const Files& files_;
    std::string folder_;
    TokenReader* tokens_;
    bool ml_dsa_;
    crypto::Credentials::Parts parts_;
    std::map<std::string, std::vector<base::SecretBytes>> secrets_;            // by the path of their file
    std::map<std::string, std::vector<base::SecretBytes>> container_secrets_;  // likewise, of PKCS#12
    std::vector<std::string> warnings_;
};

}  // namespace xfrmd::daemon
