// Certificates, keys and lists that count for all connections, each once, and where they came from.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/objects/answer.h"
#include "ike/crypto/credentials.h"

namespace xfrmd::daemon {

enum class Origin : std::uint8_t { files, client };

using CredentialParts = crypto::Credentials::Parts;

// A CA with a name of its own in the configuration.
struct AuthorityEntry {
    crypto::Certificate certificate;
    crypto::RevocationUris uris;
    std::string cert_uri_base;
    Origin from = Origin::files;
};

class CredentialSet {
public:
    // In place of what came from files before.
    void take_files(const CredentialParts& found);

    enum class CertificateKind : std::uint8_t { end, authority, ocsp_signer };
    void add(const crypto::Certificate& certificate, CertificateKind kind);
    void add(const crypto::PublicKey& key);
    // A list whose issuer may not be there yet: it counts once it is.
    void add_list(base::Bytes list);
    void add(crypto::PrivateKey key);

    bool remove_key(std::string_view id);
    std::vector<std::string> key_ids() const;  // hexadecimal
    void clear();
    std::size_t size() const;

    // Adds all of it to `parts`, in which the authorities with names stand already.
    void append_to(CredentialParts& parts);

private:
    template <typename T>
    struct Held {
        T what;
        Origin from;
    };
    struct HeldList {
        base::Bytes file;                        // of a client
        std::shared_ptr<const crypto::Crl> list;  // nullptr: whose it is is not known
        Origin from;
    };

    std::vector<Held<crypto::Certificate>> certificates_;
    std::vector<Held<crypto::Certificate>> authorities_;
    std::vector<Held<crypto::Certificate>> responders_;
    std::vector<Held<crypto::PublicKey>> public_keys_;
    std::vector<Held<crypto::PrivateKey>> private_keys_;
    std::vector<HeldList> lists_;
};

}  // namespace xfrmd::daemon
