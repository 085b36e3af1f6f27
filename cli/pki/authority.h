// A CA as its operator has it: certificate and key in files, in folders as swanctl's.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/pki/certificate_maker.h"
#include "cli/pki/trouble.h"
#include "ike/base/secret_bytes.h"

namespace xfrmd::cli::pki {

// Where things are below a folder: x509ca/NAME.pem, x509/NAME.pem, private/NAME.pem, x509crl/NAME.crl.
std::string place_of(const std::string& folder, std::string_view kind, const std::string& name);

// Asks a person; nothing where there is none.
using AskPassphrase = std::function<std::optional<base::SecretBytes>(const std::string& prompt)>;

struct AuthorityOrder {
    std::string folder;     // where CAs are looked for that have no path
    std::string authority;  // the name of one in `folder`, or a file; empty: the only one there whose key is there
    std::string key_file;   // empty: of the same name, in the folder "private" beside that of the certificate
    std::string passphrase_file;  // empty: it is asked for where the key is encrypted
    AskPassphrase ask;
};

struct KnownCertificate {
    std::string file;
    crypto::Certificate certificate;
};

struct Authority {
    std::string name;  // of its file, without ".pem"
    KnownCertificate own;
    crypto::PrivateKey key;
    std::vector<KnownCertificate> above;  // who has issued it, as far as they are in the same folder

    Issuer issuer() const { return {&own.certificate, key}; }
};

// Neither expired, nor without its key.
Outcome<Authority> find_authority(const AuthorityOrder& order, crypto::WallClock now, base::Random& random);

// The one that a text means in `folder`: a path, or a name.
std::string certificate_file(const std::string& folder, const std::string& authority);
// The first certificate in the file.
Outcome<crypto::Certificate> read_certificate(const std::string& path);

}  // namespace xfrmd::cli::pki
